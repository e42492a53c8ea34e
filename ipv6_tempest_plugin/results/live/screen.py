# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""Where a run is watched: a terminal, or a file that gets plain lines."""

from collections.abc import Mapping
import threading
import types
from typing import IO
from typing import Self

import rich.cells
import rich.console
import rich.live
import rich.progress_bar
import rich.table
from rich import text as rich_text

from ipv6_tempest_plugin.results.live import tally as tallying
from ipv6_tempest_plugin.results.live import wording
from ipv6_tempest_plugin.results import model

COLORS = ('auto', 'always', 'never')
_STYLES = {
    model.Status.PASSED: 'green',
    model.Status.EXPECTED_FAILURE: 'green',
    model.Status.SKIPPED: 'yellow',
}
_BAD = 'bold red'
# A terminal shows at most so many columns of a bar.
_BAR = 24
_PER_SECOND = 4
# The widest status that is frequent, and 1000 seconds.
_STATUS, _SECONDS = 7, 9


def is_interactive(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Whether lines on a stream can be drawn anew."""
    return stream.isatty() and environ.get('TERM', '') not in ('', 'dumb')


def is_colored(
    choice: str, stream: IO[str], environ: Mapping[str, str]
) -> bool:
    """Whether to write colours.

    :param choice: of :data:`COLORS`; ``always`` is stronger than the
        variable ``NO_COLOR`` (https://no-color.org)
    """
    if choice == 'auto':
        return is_interactive(stream, environ) and not environ.get('NO_COLOR')
    return choice == 'always'


def console(
    stream: IO[str], choice: str, environ: Mapping[str, str]
) -> rich.console.Console:
    """Return what writes to a stream: nothing in it is taken for markup."""
    return rich.console.Console(
        file=stream,
        force_terminal=is_interactive(stream, environ),
        color_system='standard'
        if is_colored(choice, stream, environ)
        else None,
        no_color=False,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )


class Screen:
    """Shows what it is told of (a ``stream.Watch``) while it is entered.

    On a terminal a line tells below the tests how far the run is.
    """

    def __init__(
        self, console: rich.console.Console, tally: tallying.Tally
    ) -> None:
        self._console = console
        self._tally = tally
        # The picture is drawn by a thread of its own.
        self._lock = threading.Lock()
        self._live = rich.live.Live(
            console=console,
            get_renderable=self._below,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def listed(self, name: str) -> None:
        """Count a test that is going to run."""
        with self._lock:
            self._tally.listed(name)

    def began(self, name: str) -> None:
        """Show that a test runs."""
        with self._lock:
            self._tally.began(name)

    def ended(self, test: model.Test) -> None:
        """Write the line of a test, and why it did not pass below it."""
        with self._lock:
            self._tally.ended(test)
            head = self._head()
        style = _STYLES.get(test.status, _BAD)
        line = rich_text.Text(f'{head} ')
        line.append(f'{wording.status(test):<{_STATUS}}', style)
        line.append(f' {wording.seconds(test):>{_SECONDS}}  ', 'dim')
        line.append(wording.short(test.name))
        why = wording.reason(test)
        if why and not test.status.is_bad:
            line.append(f': {why}', 'dim')
        self._print(line)
        if why and test.status.is_bad:
            margin = ' ' * (rich.cells.cell_len(head) + 1)
            self._print(rich_text.Text(f'{margin}{why}', style))

    def _head(self) -> str:
        count = wording.count(self._tally)
        if self._console.is_terminal:
            return count
        return f'[{count}, {wording.times(self._tally)}]'

    def _print(self, line: rich_text.Text) -> None:
        """Write one line: a terminal's width of it, or all in a file."""
        if self._console.is_terminal:
            self._console.print(line, no_wrap=True, overflow='ellipsis')
        else:
            self._console.print(line, soft_wrap=True)
            self._console.file.flush()

    def _below(self) -> rich.console.RenderableType:
        with self._lock:
            tally = self._tally
            is_bad = any(status.is_bad for status in tally.counts)
            bar = rich.progress_bar.ProgressBar(
                max(1, tally.total),
                tally.done,
                width=_BAR,
                complete_style='red' if is_bad else 'green',
                finished_style='red' if is_bad else 'green',
            )
            words = (
                f'{wording.count(tally)}  {wording.times(tally)}',
                wording.others(tally),
            )
            running = wording.running(tally) or 'no test runs now'
        row = rich.table.Table.grid(padding=(0, 2))
        row.add_row(bar, *(_one_line(said) for said in words))
        return rich.console.Group(row, _one_line(running, 'dim'))


def _one_line(said: str, style: str = '') -> rich_text.Text:
    return rich_text.Text(said, style, no_wrap=True, overflow='ellipsis')
