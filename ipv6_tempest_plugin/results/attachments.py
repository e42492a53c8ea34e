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

"""From the files in a stream to attachments and evidence."""

from dataclasses import dataclass
from dataclasses import field
import json
import re
from typing import Any

from ipv6_tempest_plugin.results import clip
from ipv6_tempest_plugin.results import failures
from ipv6_tempest_plugin.results import masking
from ipv6_tempest_plugin.results import model
from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results import reading
from ipv6_tempest_plugin.results import text

# Bytes of one attachment that are kept while its test runs. Evidence is
# of no use when it is cut.
ENDS = (64 * 1024, 192 * 1024)
EVIDENCE = (4 * 1024 * 1024, 0)
# Characters of one attachment that come into the reports.
LONGEST = 48 * 1024
MOST = 40
_CHARSET = re.compile(r'charset="?([\w-]+)', re.ASCII)


@dataclass(slots=True)
class File:
    """A file of a test that is still being received."""

    name: str
    content_type: str
    kind: str | None
    clip: clip.Clip
    text: str | None = None

    @classmethod
    def new(cls, name: str, content_type: str) -> 'File':
        """Begin to receive a file."""
        kind = reading.kind_of(name, content_type)
        return cls(
            name,
            content_type,
            kind,
            clip.Clip(*(EVIDENCE if kind else ENDS)),
        )

    @property
    def encoding(self) -> str:
        """The declared encoding, as far as Python knows it."""
        found = _CHARSET.search(self.content_type)
        try:
            return 'utf-8' if not found else _known(found[1])
        except LookupError:
            return 'utf-8'

    @property
    def is_text(self) -> bool:
        """Whether a reader can do something with it."""
        essence = self.content_type.partition(';')[0]
        return (
            not essence
            or essence.startswith('text/')
            or essence.endswith(('/json', '+json', '/xml', '/yaml'))
        )


def _known(encoding: str) -> str:
    ''.encode(encoding)
    return encoding


@dataclass(slots=True)
class Files:
    """The files of one test."""

    files: dict[str, File] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, content_type: str | None, data: bytes) -> None:
        """Take a piece of a file; pieces of one name belong together."""
        if name not in self.files:
            if len(self.files) >= MOST:
                self.notes = [f'only the first {MOST} attachments were read']
                return
            self.files[name] = File.new(name, content_type or '')
        self.files[name].clip.add(data)

    def text_of(self, names: tuple[str, ...], mask: masking.Mask) -> str:
        """Return the text of the first of these files that there is."""
        for name in names:
            if name in self.files:
                return shown(self.files[name], mask)
        return ''

    def evidence(self, mask: masking.Mask) -> observed.Evidence:
        """Read what was attached for the report.

        What cannot be read is named in ``notes``.
        """
        found: dict[str, tuple[Any, ...]] = {}
        for file in self.files.values():
            if file.kind:
                try:
                    data = _decoded(file, mask)
                    name, items = reading.read(file.kind, data)
                except (ValueError, RecursionError) as error:
                    said = text.line(mask.text(str(error)))
                    self.notes.append(f'attachment "{file.name}": {said}')
                    continue
                found[name] = found.get(name, ()) + items
        return observed.Evidence(**found) if found else observed.NOTHING

    def attachments(
        self, mask: masking.Mask, but: tuple[str, ...]
    ) -> tuple[model.Attachment, ...]:
        """Return what is left to read, in the order in which it came."""
        files = [
            file
            for name, file in self.files.items()
            if name not in but and file.kind is None and file.clip.size
        ]
        return tuple(_attachment(file, mask) for file in files[:MOST])


def shown(file: File, mask: masking.Mask) -> str:
    """Return what of a file may be shown: masked, printable, not long."""
    if file.text is None:
        file.text = _shown(file, mask)
    return file.text


def _shown(file: File, mask: masking.Mask) -> str:
    is_log = file.name.startswith('pythonlogging')

    def changed(part: str) -> str:
        part = text.clean(mask.text(part))
        return failures.log_lines(part) if is_log else part

    whole = file.clip.text(file.encoding, changed)
    if len(whole) <= LONGEST:
        return whole
    half = LONGEST // 2
    missing = f'\n[... {len(whole) - 2 * half} characters cut ...]\n'
    return whole[:half] + missing + whole[-half:]


def _decoded(file: File, mask: masking.Mask) -> Any:
    if file.clip.is_cut:
        raise ValueError(
            f'expected at most {EVIDENCE[0]} bytes, seen {file.clip.size}'
        )
    return text.clean_data(mask.data(json.loads(file.clip.text())), LONGEST)


def _attachment(file: File, mask: masking.Mask) -> model.Attachment:
    return model.Attachment(
        text.line(mask.text(file.name)),
        text.line(file.content_type),
        file.clip.size,
        shown(file, mask) if file.is_text else '',
        file.clip.is_cut or not file.is_text,
    )
