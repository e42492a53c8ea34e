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


"""The steps of the document, in whose names a build fails."""

from collections.abc import Iterator
import contextlib

import fixtures

from ipv6_tempest_plugin.overlay import together

PREFIX = 'OPNFV-NATIVE-SETUP'


class Failed(Exception):
    """A step came to nothing, and so did what follows it."""


def words(error: BaseException) -> str:
    """Return what an error says, with its type unless that says nothing."""
    if isinstance(error, Failed):
        return str(error)
    return f'{type(error).__name__}: {error}'


@contextlib.contextmanager
def within(step: str) -> Iterator[None]:
    """Say in which step it was that something failed.

    :param step: its number, or several, and what it makes
    :raises Failed: from the first error, unless that names its step already
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - it is raised, with its step
        first = together.first(error)
        text = words(first)
        if text.startswith(PREFIX):
            raise first from first.__cause__
        raise Failed(f'{PREFIX}-{step}: {text}') from first


class Step(fixtures.Fixture):
    """A fixture that is a step, or part of one.

    :param step: as for :func:`within`
    :param one: not set up yet
    """

    def __init__(self, step: str, one: fixtures.Fixture) -> None:
        super().__init__()
        self.step = step
        self.one = one

    def _setUp(self) -> None:
        with within(self.step):
            together.begin(self.one)
        self.addCleanup(self.one.cleanUp)
