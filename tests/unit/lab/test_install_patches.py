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

from ipv6_lab import errors
from ipv6_lab.install import patches
from tests.unit.lab import front

PATCH = patches.Patch(
    'pkg==1.0', 'pkg/module.py', 'x = 1\n', 'x = 2\n', 'x must be 2'
)


class PatchesTest(front.CacheTest):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.root / PATCH.file
        self.file.parent.mkdir()

    def apply(self) -> None:
        patches.apply_one(PATCH, self.file)

    def test_the_one_occurrence_is_replaced(self) -> None:
        self.file.write_text('a = 0\nx = 1\nb = 0\n')
        self.apply()
        self.assertEqual('a = 0\nx = 2\nb = 0\n', self.file.read_text())

    def test_a_patch_that_does_not_fit_is_told(self) -> None:
        for text, count in (('x = 3\n', 0), ('x = 1\nx = 1\n', 2)):
            self.file.write_text(text)
            error = self.assertRaises(errors.LabError, self.apply)
            for part in ('pkg==1.0', 'pkg/module.py', f'seen {count} times'):
                self.assertIn(part, str(error))
            self.assertIn('x must be 2', str(error))
            self.assertEqual(text, self.file.read_text())

    def test_a_file_that_is_gone_is_told(self) -> None:
        error = self.assertRaises(errors.LabError, self.apply)
        self.assertIn('seen 0 times', str(error))

    def test_patches_are_for_the_pinned_versions(self) -> None:
        for name, list_of_patches in patches.FOR.items():
            path = Path('ipv6_lab', 'requirements', f'{name}-constraints.txt')
            pins = path.read_text().splitlines()
            for patch in list_of_patches:
                if patch.before:  # not a file of our own
                    self.assertIn(patch.package, pins)
