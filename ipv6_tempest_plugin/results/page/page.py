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

"""Fills in the page."""

import base64
import datetime
import hashlib
from pathlib import Path
from typing import IO

import jinja2

from ipv6_tempest_plugin.results import comparing
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results.page import drawing
from ipv6_tempest_plugin.results.page import tables
from ipv6_tempest_plugin.results import summary

_PLACE = Path(__file__).resolve().parent
# A page is for reading; the rows of its last table are never cut.
MOST_FAILURES = 500
MOST_PICTURES = 100


def write(
    run: model.Run,
    output: IO[str],
    change: comparing.Comparison | None = None,
    title: str = 'IPv6 in this cloud',
) -> None:
    """Write the page of a run.

    Whatever comes from the run is escaped, and should that fail, the
    page's content security policy lets no script run but its own.
    """
    style = (_PLACE / 'page.css').read_text()
    script = (_PLACE / 'page.js').read_text()
    numbers = {test.key: n for n, test in enumerate(run.tests)}
    failures = tables.failures(run)
    told = failures[:MOST_FAILURES]
    template = _environment().get_template('page.html.j2')
    for part in template.generate(
        run=run,
        title=title,
        headline=summary.counts(run.counts),
        Status=model.Status,
        change=change,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        failures=told,
        failures_left=len(failures) - len(told),
        told={test.key for test in told},
        number=lambda test: numbers[test.key],
        skips=tables.skips(run),
        matrix=tables.matrix(run),
        addresses=tables.addresses(run),
        pictures=[
            (test, drawing.draw(topology, test.evidence.pings))
            for test in run.tests
            for topology in test.evidence.topologies
        ][:MOST_PICTURES],
        pinging=[t for t in run.tests if t.evidence.pings][:MOST_PICTURES],
        slowest=tables.slowest(run),
        stepping=tables.stepping(run),
        workers=tables.workers(run),
    ):
        output.write(part)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PLACE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters['seconds'] = _seconds
    environment.filters['moment'] = _moment
    signs = {status: _sign(status) for status in model.Status}
    tones = {status: _tone(status) for status in model.Status}
    environment.filters['sign'] = signs.__getitem__
    environment.filters['tone'] = tones.__getitem__
    return environment


def _hash(text: str) -> str:
    """Return a source expression of CSP level 3 for an inline text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f'sha256-{base64.b64encode(digest).decode()}'


def _seconds(value: float | None) -> str:
    if value is None:
        return ''
    if value < 60:
        return f'{value:.2f} s' if value < 10 else f'{value:.1f} s'
    minutes, seconds = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f'{hours} h {minutes:02} min'
    return f'{minutes} min {seconds:02} s'


def _moment(value: datetime.datetime | None) -> str:
    if value is None:
        return ''
    return f'{value.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC'


def _sign(status: model.Status) -> str:
    """Return a sign, so that nobody depends on colours."""
    if status.is_good:
        return '\N{CHECK MARK}'
    return '\N{BALLOT X}' if status.is_bad else '\N{EN DASH}'


def _tone(status: model.Status) -> str:
    """Return the class of what tells of a status."""
    if status.is_good:
        return 'good'
    return 'bad' if status.is_bad else 'idle'
