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
from pathlib import Path
from unittest import mock

from ipv6_lab import cache
from ipv6_lab import errors
from ipv6_lab.install import patches
from ipv6_lab.install import requirements
from ipv6_lab.install import venvs
from tests.unit.lab import front


class RequirementsTest(front.CacheTest):
    def test_included_files_count(self) -> None:
        (self.root / 'sub').mkdir()
        one = self.root / 'sub' / 'one.txt'
        one.write_text('# why\na==1  # this\n\n-r ../two.txt\n')
        two = self.root / 'two.txt'
        two.write_text('b==2\n')
        self.assertEqual(['a==1', '-r ../two.txt'], requirements.lines(one))
        self.assertEqual([one, two], list(requirements.files(one)))

    def test_every_requirement_is_pinned(self) -> None:
        for name, environment in venvs.ENVIRONMENTS.items():
            pins = {
                normal(line.partition('==')[0])
                for line in requirements.lines(environment.constraints)
            }
            wanted = [*requirements.files(environment.file())]
            wanted += [environment.native] if environment.native else []
            for path in wanted:
                loose = {bare(line) for line in named(path)} - pins
                self.assertEqual(set(), loose, f'{path} for {name}')

    def test_pins_are_plain(self) -> None:
        for environment in venvs.ENVIRONMENTS.values():
            for line in requirements.lines(environment.constraints):
                self.assertRegex(line, r'^[\w.-]+==[\w.]+$')


def named(path: Path) -> list[str]:
    """The lines of a requirement file that name something."""
    return [x for x in requirements.lines(path) if x[0] != '-']


def bare(line: str) -> str:
    """A requirement's name alone."""
    for mark in '<>=!~;[ ':
        line = line.partition(mark)[0]
    return normal(line)


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return name.lower().replace('_', '-').replace('.', '-')


class VenvsTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.place = self.root / 'requirements'
        self.place.mkdir()
        self.patch(requirements, 'DIRECTORY', self.place)
        self.write('cloud', 'nova\n')
        self.write('cloud-native', 'libvirt-python\n')
        self.write('cloud-constraints', 'nova==34.0.0\n')
        self.write('tempest', '-r cloud.txt\n')
        self.write('tempest-constraints', 'nova==34.0.0\n')
        venvs._key.cache_clear()
        self.addCleanup(venvs._key.cache_clear)
        self.apply = mock.Mock()
        self.patch(patches, 'apply', self.apply)
        self.running = front.FakeCommands()
        self.packages = mock.Mock()

    def write(self, name: str, text: str) -> None:
        (self.place / f'{name}.txt').write_text(text)

    def ensure(self, name: str) -> list[str]:
        """Make it and return what was run, in short."""
        self.running.seen.clear()
        venvs.ensure(name, self.progress, self.running, self.packages)
        return [self.brief(words) for words in self.running.seen]

    def brief(self, words: list[str]) -> str:
        for mark in ('venv', '--upgrade', 'compileall'):
            if mark in words:
                return mark
        return Path(words[-1]).name

    def test_the_steps_and_their_order(self) -> None:
        self.packages.side_effect = lambda: self.running.seen.append(['deb'])
        self.assertEqual(
            [
                'venv',
                '--upgrade',
                'cloud.txt',
                'compileall',
                'deb',
                'cloud-native.txt',
            ],
            self.ensure('cloud'),
        )
        site = venvs.site_packages(venvs.path('cloud'))
        self.apply.assert_called_once_with('cloud', site)

    def test_only_what_is_compiled_waits_for_debian(self) -> None:
        self.assertEqual('compileall', self.ensure('tempest')[-1])
        self.packages.assert_not_called()

    def test_every_pip_is_constrained(self) -> None:
        self.ensure('cloud')
        pips = [words for words in self.running.seen if 'pip' in words]
        self.assertEqual(3, len(pips))
        for words in pips:
            constraint = words[words.index('--constraint') + 1]
            self.assertTrue(constraint.endswith('cloud-constraints.txt'))

    def test_it_is_made_once(self) -> None:
        self.ensure('cloud')
        self.assertEqual([], self.ensure('cloud'))
        name = 'virtual environment cloud'
        self.assertEqual([f'{name}: ready', f'{name}: kept'], self.lines())

    def path(self, name: str) -> Path:
        """An environment's path as a new process finds it."""
        venvs._key.cache_clear()
        return venvs.path(name)

    def test_what_it_is_made_from_makes_another(self) -> None:
        places = {self.path('tempest')}
        for name in ('cloud', 'tempest', 'tempest-constraints'):
            self.write(name, f'-r {self.place}/cloud-native.txt\nx==1\n')
            places.add(self.path('tempest'))
        self.write('cloud-native', 'libvirt-python==12.8.0\n')
        places.add(self.path('tempest'))
        self.assertEqual(5, len(places))

    def test_it_stays_where_it_is_while_a_process_lives(self) -> None:
        before = self.path('tempest')
        self.write('tempest', 'x==1\n')
        self.assertEqual(before, venvs.path('tempest'))
        self.assertNotEqual(before, self.path('tempest'))

    def test_patches_are_part_of_the_key(self) -> None:
        before = self.path('cloud'), self.path('tempest')
        self.patch(patches, 'FOR', {'cloud': ('another',)})
        self.assertNotEqual(before[0], self.path('cloud'))
        self.assertEqual(before[1], self.path('tempest'))

    def test_a_failed_one_is_not_kept(self) -> None:
        self.apply.side_effect = errors.LabError('no longer applies')
        self.assertRaises(errors.LabError, self.ensure, 'cloud')
        self.assertFalse(venvs.path('cloud').exists())
        self.assertFalse(cache.finished(venvs.path('cloud')))
