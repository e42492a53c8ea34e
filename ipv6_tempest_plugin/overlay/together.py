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

"""Doing several things at once."""

from collections.abc import Callable
from collections.abc import Hashable
from collections.abc import Iterable
from collections.abc import Sequence
from concurrent import futures
import functools
from typing import Any
from typing import Generic
from typing import TypeVar

import fixtures

T = TypeVar('T')
F = TypeVar('F', bound=fixtures.Fixture)


def run(*actions: Callable[[], T]) -> list[T]:
    """Do all of them at once; return what they returned, in their order.

    Each runs to its end. If some fail, the first of them in the order of
    the arguments is raised.
    """
    with futures.ThreadPoolExecutor(max(1, len(actions))) as pool:
        started = [pool.submit(action) for action in actions]
        # A signal interrupts this wait; leaving the pool then waits on, so
        # that nothing is made behind the back of those who clean up.
        futures.wait(started)
    return [one.result() for one in started]


def each(action: Callable[..., T], *columns: Iterable[Any]) -> list[T]:
    """Do something for each row of columns of the same length, at once.

    As :func:`run`: ``each(f, 'ab', 'cd')`` is ``run`` of ``f('a', 'c')`` and
    ``f('b', 'd')``.
    """
    rows = zip(*columns, strict=True)
    return run(*(functools.partial(action, *row) for row in rows))


def begin(one: fixtures.Fixture) -> None:
    """Set a fixture up; what fails raises its own error alone.

    A fixture that undoes itself wraps its error together with a SetupError,
    once more for each fixture that it is part of.
    """
    try:
        one.setUp()
    except fixtures.MultipleExceptions as several:
        error = first(several)
        raise error from error.__cause__


def first(error: BaseException) -> BaseException:
    """Return the error that several began with, with its traceback."""
    while isinstance(error, fixtures.MultipleExceptions):
        _, error, trace = error.args[0]
        error = error.with_traceback(trace)
    return error


class Together(fixtures.Fixture):
    """Fixtures that do not depend on each other, set up and removed at once.

    One that fails does not keep the others from being removed.

    :param members: not set up yet
    """

    def __init__(self, *members: fixtures.Fixture) -> None:
        super().__init__()
        self.members: Sequence[fixtures.Fixture] = members
        self._there: list[fixtures.Fixture] = []

    def _setUp(self) -> None:
        self.addCleanup(self._leave)
        run(*(lambda one=one: self._begin(one) for one in self.members))

    def _begin(self, one: fixtures.Fixture) -> None:
        # What fails half-way undoes itself.
        begin(one)
        self._there.append(one)

    def _leave(self) -> None:
        run(*(one.cleanUp for one in self._there))


class InTurn(fixtures.Fixture):
    """Fixtures that are set up one after the other, removed the other way.

    :param steps: describe them, each when its turn has come
    """

    def __init__(self, *steps: Callable[[], fixtures.Fixture]) -> None:
        super().__init__()
        self.steps = steps

    def _setUp(self) -> None:
        for step in self.steps:
            self.useFixture(step())


class Sweeper(fixtures.Fixture):
    """Removes in the background what is not needed any more.

    In the order in which it was left; what could not be removed is raised
    at the end.
    """

    def _setUp(self) -> None:
        self._pool = futures.ThreadPoolExecutor(1)
        self._left: list[futures.Future[Any]] = []
        self.addCleanup(self._finish)

    def leave(self, one: fixtures.Fixture) -> None:
        """Remove a fixture soon."""
        self._left.append(self._pool.submit(one.cleanUp))

    def _finish(self) -> None:
        self._pool.shutdown()
        for one in self._left:
            one.result()


class Ahead(fixtures.Fixture, Generic[F]):
    """Sets a fixture up in the background, ahead of its use.

    What that fails with is raised to whoever wants it.

    :param one: not set up yet
    """

    def __init__(self, one: F) -> None:
        super().__init__()
        self.one = one

    def _setUp(self) -> None:
        self._pool = futures.ThreadPoolExecutor(1)
        self._coming = self._pool.submit(begin, self.one)
        self.addCleanup(self._leave)

    def ready(self) -> F:
        """Wait until it is set up, and return it."""
        self._coming.result()
        return self.one

    def failed(self) -> bool:
        """Say whether it has failed by now."""
        return self._coming.done() and self._coming.exception() is not None

    def there(self) -> bool:
        """Wait for it, and say whether it is there, or has failed."""
        return self._coming.exception() is None

    def _leave(self) -> None:
        self._pool.shutdown()
        # What failed has undone itself, and told whoever wanted it.
        if not self._coming.exception():
            self.one.cleanUp()


class Prepared(fixtures.Fixture):
    """Fixtures that are set up ahead, each by a name of its own.

    Whoever takes one also removes it; what nobody takes goes with this.
    """

    def _setUp(self) -> None:
        self._coming: dict[Hashable, Ahead[Any]] = {}
        self.addCleanup(self._leave)

    def begin(self, name: Hashable, one: fixtures.Fixture) -> None:
        """Begin to set a fixture up, unless there is one of this name."""
        if name not in self._coming:
            self._coming[name] = ahead = Ahead(one)
            ahead.setUp()

    def take(self, name: Hashable) -> Ahead[Any]:
        """Hand out what was begun.

        :raises KeyError: when nothing was
        """
        return self._coming.pop(name)

    def put(self, name: Hashable, one: Ahead[Any]) -> None:
        """Take back what was handed out."""
        self._coming[name] = one

    def has(self, name: Hashable) -> bool:
        """Say whether something was begun by a name, and not handed out."""
        return name in self._coming

    def failed(self, name: Hashable) -> bool:
        """Say whether what was begun by a name has failed by now."""
        return name in self._coming and self._coming[name].failed()

    def ahead(self, name: Hashable) -> Ahead[Any]:
        """Return what was begun, and leave it here."""
        return self._coming[name]

    def made(self) -> list[Any]:
        """Wait for all that was begun; return what has not failed."""
        return [one.one for one in self._coming.values() if one.there()]

    def wait(self, name: Hashable) -> None:
        """Wait until what was begun is there, and leave it here."""
        self._coming[name].ready()

    def _leave(self) -> None:
        run(*(one.cleanUp for one in self._coming.values()))
