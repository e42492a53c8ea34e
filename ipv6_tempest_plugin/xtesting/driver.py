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

"""The test case that Xtesting loads: ``name: ipv6_tempest``."""

from collections.abc import Mapping
import logging
import os
from pathlib import Path
import shutil
import tempfile
import time
import traceback
from typing import Any

from ipv6_tempest_plugin.results import errors as results_errors
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import text
from ipv6_tempest_plugin.xtesting import arguments
from ipv6_tempest_plugin.xtesting import case
from ipv6_tempest_plugin.xtesting import configuration
from ipv6_tempest_plugin.xtesting import errors

try:
    from xtesting.core import testcase
except ModuleNotFoundError as absent:
    if absent.name != 'xtesting':
        raise
    # Tools such as check-uuid import every module of the package.
    testcase = None

# Xtesting shows and files what is said below its own names, and no other.
LOG = logging.getLogger('xtesting.core.ipv6_tempest')
# Functest has these beside run, not in its args.
_OF_THE_CASE = ('deny_skipping', 'tests_count')
_FOUND_WRONG = (errors.CaseError, results_errors.ReportError)


class _Absent:
    """What there is in place of Xtesting's base where it is missing."""

    def __init__(self, **kwargs: Any) -> None:
        raise errors.CaseError(
            'expected Xtesting, seen none; pip install '
            "'ipv6_tempest_plugin[xtesting]'"
        )


_Base: Any = testcase.TestCase if testcase else _Absent


class Ipv6Tempest(_Base):
    """Runs some of our tests by Tempest and stestr.

    See https://xtesting.readthedocs.io for the contract, and
    :class:`arguments.Arguments` for what its ``args`` may be.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault('case_name', 'ipv6')
        super().__init__(**kwargs)
        self._case = {k: kwargs[k] for k in _OF_THE_CASE if k in kwargs}
        run = kwargs.get('run') or {}
        self._given = run.get('args') or {}
        self._defaults = run.get('env') or {}
        self._failing: tuple[str, ...] = ()
        self._workspace: Path | None = None

    def check_requirements(self) -> None:
        """Skip the case when the cloud lacks what it needs.

        That is what ``tempest.conf`` says of it. What is wrong with the case
        or the configuration is for :meth:`run` to tell.
        """
        self.is_skipped = False
        try:
            wanted = arguments.parse(self._given, self._case)
            # Xtesting sets what the case has under env only after this.
            defaults = {k: str(v) for k, v in self._defaults.items()}
            config = configuration.path({**defaults, **os.environ})
            lacking = configuration.lacking(
                config, wanted.services, wanted.neutron_extensions
            )
        except errors.CaseError:
            return
        for lack in lacking:
            LOG.warning('%s is skipped: %s', self.case_name, lack)
        self.is_skipped = bool(lacking)

    def run(self, **kwargs: Any) -> int:
        """Run the tests; set result, details and times.

        :returns: ``EX_OK`` when the tests ran to their end, whatever they
            said, else ``EX_RUN_ERROR``
        """
        self.start_time = time.time()
        outcome = case.nothing('it was interrupted')
        try:
            outcome = self._run(kwargs)
        except _FOUND_WRONG as error:
            outcome = case.nothing(str(error))
        except Exception as error:  # noqa: BLE001 - Xtesting would run again
            # The traceback may quote what the cloud or the caller said.
            told = text.clean(masking.Mask().text(traceback.format_exc()))
            LOG.error('%s broke off:\n%s', self.case_name, told)
            outcome = case.nothing(f'unexpected {type(error).__name__}')
        finally:
            self._take(outcome)
        return self.EX_RUN_ERROR if outcome.broken else self.EX_OK

    def is_successful(self) -> int:
        """Judge by the criteria, unless something fails it anyway."""
        if self._failing and not self.is_skipped:
            return int(self.EX_TESTCASE_FAILED)
        return int(super().is_successful())

    def clean(self) -> None:
        """Remove the workspace, which holds what is not masked."""
        if self._workspace:
            shutil.rmtree(self._workspace, ignore_errors=True)
        self._workspace = None

    def _run(self, given: Mapping[str, Any]) -> case.Outcome:
        criteria = self.criteria
        if isinstance(criteria, bool) or not (
            isinstance(criteria, int | float) and 0 < criteria <= 100
        ):
            raise errors.CaseError(
                f'criteria of {self.case_name}: expected percent above 0 and '
                f'up to 100, seen {criteria!r}'
            )
        wanted = arguments.parse(given, self._case)
        config = configuration.path(os.environ)
        configuration.lacking(config, wanted.services, ())
        self.clean()
        self._workspace = Path(tempfile.mkdtemp(prefix='ipv6-tempest-'))
        place = case.Place(
            self.case_name, Path(self.res_dir), self._workspace, os.environ
        )
        return case.run(wanted, place, LOG.info)

    def _take(self, outcome: case.Outcome) -> None:
        self._failing = outcome.broken + outcome.objections
        for why in self._failing:
            LOG.error('%s fails: %s', self.case_name, why)
        self.result = outcome.result
        self.details = outcome.details
        self.stop_time = time.time()
        if outcome.run.tests:
            LOG.info(
                '%s: %g %% of what was not skipped, expected %g %%; %s',
                self.case_name,
                self.result,
                self.criteria,
                ', '.join(f'{self.res_dir}/{name}' for name in case.FILES),
            )
