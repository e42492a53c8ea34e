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
"""The word by which caches know the image, and the lists behind it."""

from pathlib import Path
import shutil
from unittest import mock

import fixtures
import testtools

from ipv6_lab import guest
from ipv6_lab.guest import commands
from ipv6_lab.guest import contents
from ipv6_lab.guest import ext4
from ipv6_lab.guest import recipe
from ipv6_lab.guest import staging


class RecipeKeyTest(testtools.TestCase):
    """Each test changes a copy of the recipe in one way."""

    def setUp(self) -> None:
        super().setUp()
        directory = self.useFixture(fixtures.TempDir()).path
        self.copy = Path(directory) / 'guest'
        shutil.copytree(recipe.HERE, self.copy)
        self.before = guest.recipe_key()
        self.useFixture(
            fixtures.MockPatchObject(recipe, 'HERE', new=self.copy)
        )

    def test_same_files_same_key(self) -> None:
        self.assertEqual(self.before, guest.recipe_key())
        self.assertRegex(self.before, '^[0-9a-f]{16}$')

    def test_content_counts(self) -> None:
        script = self.copy / 'rootfs/usr/lib/guest/report'
        script.write_text(script.read_text() + '\n')
        self.assertNotEqual(self.before, guest.recipe_key())

    def test_right_to_execute_counts(self) -> None:
        (self.copy / 'rootfs/usr/lib/guest/report').chmod(0o644)
        self.assertNotEqual(self.before, guest.recipe_key())

    def test_name_counts(self) -> None:
        script = self.copy / 'rootfs/usr/lib/guest/report'
        script.rename(script.with_name('reports'))
        self.assertNotEqual(self.before, guest.recipe_key())

    def test_compiled_python_does_not_count(self) -> None:
        cache = self.copy / '__pycache__'
        cache.mkdir(exist_ok=True)
        (cache / 'x.pyc').write_bytes(b'x')
        self.assertEqual(self.before, guest.recipe_key())


class ContentsTest(testtools.TestCase):
    """Lists that people edit by hand."""

    def test_lists_are_without_repetition(self) -> None:
        for name in (
            'BUILD_PACKAGES', 'GUEST_PACKAGES', 'PROGRAMS', 'PLUGINS',
            'ROOT_MODULES',
        ):  # fmt: skip
            listed = getattr(contents, name)
            self.expectThat(
                sorted(set(listed)), testtools.matchers.Equals(sorted(listed))
            )

    def test_aliases_lead_to_programs(self) -> None:
        self.assertEqual(
            set(), set(contents.ALIASES.values()) - set(contents.PROGRAMS)
        )

    def test_scripts_can_be_executed(self) -> None:
        """Init calls them by name; a lost mode bit is a dead guest."""
        scripts = staging.OURS / 'usr/lib/guest'
        self.assertEqual(
            ['common.sh'],
            [p.name for p in scripts.iterdir() if not p.stat().st_mode & 0o1],
        )

    def test_rules_name_what_the_image_holds(self) -> None:
        """A rule for a path that is nowhere protects nothing."""
        made = {
            *staging.DIRECTORIES,
            *(f'usr/bin/{name}' for name in contents.PROGRAMS),
            *(str(p.relative_to(staging.OURS))
              for p in staging.everything(staging.OURS)),
        }  # fmt: skip
        self.assertEqual(set(), set(ext4.RULES) - made)

    def test_secrets_are_for_root_only(self) -> None:
        root = Path(self.useFixture(fixtures.TempDir()).path)
        (root / 'etc').mkdir()
        (root / 'etc/shadow').touch()
        self.assertIn(
            'sif "/etc/shadow" mode 0100600', list(ext4.corrections(root))
        )


class CorrectionsTest(testtools.TestCase):
    """Owners and permissions do not depend on who builds, or on umask."""

    def setUp(self) -> None:
        super().setUp()
        self.root = Path(self.useFixture(fixtures.TempDir()).path)

    def corrections(self) -> set[str]:
        return set(ext4.corrections(self.root))

    def test_files(self) -> None:
        plain, program = self.root / 'plain', self.root / 'program'
        plain.touch(0o600)
        program.touch(0o700)
        seen = self.corrections()
        self.assertIn('sif "/plain" mode 0100644', seen)
        self.assertIn('sif "/program" mode 0100755', seen)
        self.assertIn('sif "/plain" uid 0', seen)
        self.assertIn('sif "/plain" mtime @1704067200', seen)

    def test_directories(self) -> None:
        (self.root / 'tmp').mkdir(0o700)
        (self.root / 'other').mkdir(0o700)
        seen = self.corrections()
        self.assertIn('sif "/tmp" mode 041777', seen)
        self.assertIn('sif "/other" mode 040755', seen)

    def test_links_keep_their_mode(self) -> None:
        (self.root / 'link').symlink_to('nowhere')
        seen = self.corrections()
        self.assertIn('sif "/link" gid 0', seen)
        self.assertEqual([], [each for each in seen if ' mode ' in each])

    def test_home_is_the_users(self) -> None:
        (self.root / 'home/cirros').mkdir(parents=True)
        self.assertIn('sif "/home/cirros" uid 1000', self.corrections())

    def test_make_checks_what_it_made(self) -> None:
        with mock.patch.object(commands, 'run') as run:
            ext4.make(self.root, self.root / 'fs', 8)
        self.assertEqual(
            ['mke2fs', 'debugfs', 'e2fsck'],
            [call.args[0][0] for call in run.call_args_list],
        )
