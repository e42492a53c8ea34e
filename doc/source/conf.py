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
"""How Sphinx builds the documentation."""

from pathlib import Path
import sys

# The configuration reference reads the options from the code.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

project = 'ipv6_tempest_plugin'
copyright = 'the authors of ipv6_tempest_plugin'  # noqa: A001
extensions = ['openstackdocstheme', 'oslo_config.sphinxext']

html_theme = 'openstackdocs'
openstackdocs_auto_name = False
pygments_style = 'native'
