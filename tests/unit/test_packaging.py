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
"""What the package promises to Tempest, oslo.config and its users."""

import collections
import configparser
from importlib import metadata
import io
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any
import unittest
from unittest import mock
import uuid

from oslo_config import cfg
from oslo_config import generator
from tempest.test_discover import plugins
import testtools
from testtools import testsuite

from ipv6_tempest_plugin import config

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = re.compile(r'[\[,]id-([^\],]*)')
# What `tempest --help` has loaded by itself; it loads every command.
IMPORTED = """
import importlib
from importlib import metadata
import json
import sys
import time
import oslo_config.generator
import tempest.cmd.main
import tempest.test_discover.plugins
ours = sys.argv[1:]
for theirs in metadata.entry_points(group='tempest.cm'):
    if theirs.module not in ours:
        theirs.load()
before = set(sys.modules)
begun = time.process_time()
for name in ours:
    importlib.import_module(name)
seconds = time.process_time() - begun
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""
# The groups whose entry points the commands of others load.
LOADED = ('tempest.test_plugins', 'tempest.cm', 'oslo.config.opts')
# Seconds of processor time that loading them may add.
BOUND = 0.15


def entry_points(group: str) -> dict[str, Any]:
    """What the entry points of a group in setup.cfg lead to, by name."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / 'setup.cfg')
    rows = setup['entry_points'][group].strip().splitlines()
    pairs = [re.split(r'\s*=\s*', row.strip(), maxsplit=1) for row in rows]
    return {
        name: metadata.EntryPoint(name, value, group).load()
        for name, value in pairs
    }


def our_tests() -> list[unittest.TestCase]:
    """Every test that the plugin gives to Tempest."""
    loader = unittest.TestLoader()
    place = ROOT / 'ipv6_tempest_plugin' / 'tests'
    suite = loader.discover(str(place), top_level_dir=str(ROOT))
    if loader.errors:
        raise ImportError('\n'.join(map(str, loader.errors)))
    return list(testsuite.iterate_tests(suite))


class EntryPointsTest(testtools.TestCase):
    def test_tempest_finds_the_plugin(self) -> None:
        found = entry_points('tempest.test_plugins')
        self.assertEqual(['ipv6_tempest_plugin'], list(found))
        plugin = found['ipv6_tempest_plugin']
        self.assertTrue(issubclass(plugin, plugins.TempestPlugin))

    def test_tempest_is_told_every_option(self) -> None:
        plugin = entry_points('tempest.test_plugins')['ipv6_tempest_plugin']
        conf = cfg.ConfigOpts()
        plugin().register_opts(conf)
        conf([])
        registered = {
            group: set(options)
            for group, options in conf.items()
            if isinstance(options, cfg.ConfigOpts.GroupAttr)
        }
        listed = {
            group: {option.dest for option in options}
            for group, options in plugin().get_opt_lists()
        }
        self.assertEqual(listed, registered)

    def test_oslo_config_finds_the_options(self) -> None:
        found = entry_points('oslo.config.opts')
        self.assertEqual(
            {'ipv6_tempest_plugin.config': config.list_opts}, found
        )

    def test_the_plugin_points_tempest_at_its_tests(self) -> None:
        plugin = entry_points('tempest.test_plugins')['ipv6_tempest_plugin']
        place, top = plugin().load_tests()
        self.assertEqual(
            (ROOT / 'ipv6_tempest_plugin' / 'tests', ROOT),
            (Path(place), Path(top)),
        )


class SampleTest(testtools.TestCase):
    def generate(self) -> str:
        conf = cfg.ConfigOpts()
        generator.register_cli_opts(conf)
        conf(['--config-file', str(ROOT / 'etc' / 'generator.conf')])
        loaders = list(entry_points('oslo.config.opts').items())
        output = io.StringIO()
        # Independent of whether this checkout's metadata is installed.
        with mock.patch.object(
            generator, '_get_raw_opts_loaders', return_value=loaders
        ):
            generator.generate(conf, output)
        return output.getvalue()

    def test_the_sample_is_up_to_date(self) -> None:
        sample = ROOT / 'etc' / 'ipv6_tempest_plugin.conf.sample'
        self.assertEqual(
            self.generate(),
            sample.read_text(),
            f'{sample} is stale; scripts/checks genconfig writes it anew',
        )


class IdentityTest(testtools.TestCase):
    def test_every_test_has_one_identity_of_its_own(self) -> None:
        identities = {
            test.id(): IDENTITY.findall(test.id()) for test in our_tests()
        }
        self.assertNotEqual({}, identities)
        for name, found in identities.items():
            self.assertEqual(1, len(found), f'{name} needs an idempotent_id')
            self.assertEqual(4, uuid.UUID(found[0]).version, name)
        counts = collections.Counter(
            found for one in identities.values() for found in one
        )
        twice = [found for found, count in counts.items() if count > 1]
        self.assertEqual([], twice, 'scripts/checks uuidgen mends it')


class ImportTest(testtools.TestCase):
    """Every tempest command pays for what our entry points load."""

    def load(self) -> tuple[float, list[str]]:
        """Return the seconds, and what is loaded that Tempest had not."""
        modules = {
            entry.__module__
            for group in LOADED
            for entry in entry_points(group).values()
        }
        done = subprocess.run(
            (sys.executable, '-c', IMPORTED, *sorted(modules)),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds, loaded = json.loads(done.stdout)
        return seconds, loaded

    def test_they_load_nothing_that_tempest_has_not(self) -> None:
        _, loaded = self.load()
        heavy = [
            name
            for name in loaded
            if name.partition('.')[0] not in sys.stdlib_module_names
        ]
        self.assertEqual(
            [
                'ipv6_tempest_plugin',
                'ipv6_tempest_plugin.cmd',
                'ipv6_tempest_plugin.cmd.mask',
                'ipv6_tempest_plugin.cmd.report',
                'ipv6_tempest_plugin.cmd.spread',
                'ipv6_tempest_plugin.config',
                'ipv6_tempest_plugin.plugin',
                'ipv6_tempest_plugin.results',
                'ipv6_tempest_plugin.results.errors',
                'ipv6_tempest_plugin.vrouter_config',
            ],
            heavy,
        )

    def test_they_take_less_than_promised(self) -> None:
        # The better of two: others may use the caches of this processor.
        self.assertLess(min(self.load()[0] for _ in range(2)), BOUND)
