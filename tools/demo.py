# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.
"""What scripts/demo runs: the lab comes up and Tempest is run on it."""

from collections.abc import Sequence
from pathlib import Path
import shlex
import subprocess
import sys

from ipv6_lab import errors
from ipv6_lab import signals
from tools import checks
from tools import complaints
from tools import lab
from tools import ownership
from tools import parts
from tools import results
from tools import totals

TESTS = ('tempest', 'run', '--regex', 'ipv6', '--subunit')
LAST = ('--', 'stestr', 'last')
RESULTS = checks.ROOT / 'results' / 'demo'
SUMMARY = """
IPv6 in this cloud: {total}{failing}

what was seen, as a page       {results}/report.html
every test with its details    {results}/tempest.log
the same for machines          {results}/results.subunit (subunit v2)
the workspace (stestr last)    {results}/tempest
the cloud, still up            scripts/lab status
to run more of it              scripts/lab run -- tempest run --regex REGEX
to take it down                scripts/lab down
"""


def live(name: str, argv: Sequence[str], cwd: Path = checks.ROOT) -> int:
    """Run a command on the screen; its exit code."""
    typed = shlex.join(argv)
    typed = typed.replace(f'{checks.ROOT}/', '')
    print(f'\n== {name}: {typed}', flush=True)
    return parts.execute(parts.Part(name, argv, None, cwd=cwd, limit=None))


def watched(results: Path) -> tuple[str, ...]:
    """The tests, shown as they end: what a user would type into a shell.

    :param results: gets the page; what tests took is kept beside it, for
        what the next run says of the time that is left
    """
    kept = results.with_suffix('.json')
    report = ['tempest', 'ipv6-report', '--live']
    report += ['--html', str(results / 'report.html'), '--json', str(kept)]
    report += ['--times', str(kept)] if kept.exists() else []
    pipe = ' | '.join(map(shlex.join, (TESTS, report)))
    return lab.COMMAND, 'run', '--', 'bash', '-o', 'pipefail', '-c', pipe


def recall(workspace: Path, *words: str) -> bytes:
    """What stestr kept of the workspace's last run, without its secrets.

    :param words: of ``tempest ipv6-mask``; asked inside the lab, where the
        tempest.conf is whose secrets it knows
    """
    completed = subprocess.run(
        (lab.COMMAND, 'run', '--', 'tempest', 'ipv6-mask', *words),
        cwd=workspace,
        capture_output=True,
        check=False,  # it repeats the run's own verdict
    )
    return completed.stdout


def summary(workspace: Path, code: int) -> int:
    """Keep the results beside the workspace and say what they are.

    :returns: the exit code, which is not 0 when nothing passed
    """
    results = workspace.parent
    text = recall(workspace, '--as', 'text', *LAST)
    (results / 'tempest.log').write_bytes(text)
    stream = recall(workspace, *LAST, '--subunit')
    (results / 'results.subunit').write_bytes(stream)
    total = totals.of_tests(code, text.decode(errors='replace'))
    failing = ''.join(
        f'\n  FAILED {name}'
        for name in parts.FAILED.findall(text.decode(errors='replace'))
    )
    said = SUMMARY.format(total=total, failing=failing, results=results)
    (results / 'summary.txt').write_text(said.lstrip())
    print(said, end='', flush=True)
    return code or int(total.failed > 0)


def demonstrate() -> int:
    """Bring the lab up, run Tempest, sum up; the exit code."""
    if code := live('the lab', (lab.COMMAND, 'up')):
        return code
    with results.claimed(RESULTS):
        workspace = lab.workspace(RESULTS / 'tempest')
        workspace.chmod(0o700)  # stestr keeps what it is told, as it is told
        tests = watched(RESULTS)
        return summary(workspace, live('the tests', tests, workspace))


def main() -> int:
    """Demonstrate; the exit code.

    0 when tests ran and none failed, 128 + N after signal N, an error's own
    code when the user has to mend something.
    """
    signals.unwind()
    try:
        lab.keep_caches()
        return demonstrate()
    except errors.LabError as error:
        print(complaints.text('demo', error), file=sys.stderr)
        return error.exit_code
    except signals.Interrupted as interrupted:
        print(f'\n{interrupted}; scripts/lab down ends the lab')
        return interrupted.exit_code
    finally:
        ownership.hand_back(checks.ROOT)


if __name__ == '__main__':
    sys.exit(main())
