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

"""What a reader may see of a URL and of an answer."""

import re

_QUERY = re.compile(r'\?[^#\s\'"]+', re.ASCII)


def masked(text: str) -> str:
    """Hide userinfo and query of every URL in a text.

    Consoles carry their token in the query, careless catalogs a password
    in the userinfo (RFC 3986 sections 3.2.1 and 3.4).
    """
    # From the first // to the last @, since a careless password may hold
    # any character, even a slash. A pattern that says so takes quadratic
    # time on what a hostile service may send.
    begin, end = text.find('//'), text.rfind('@')
    if 0 <= begin < end:
        text = f'{text[:begin]}//***{text[end:]}'
    return _QUERY.sub('?***', text)


def excerpt(data: bytes, length: int = 60) -> str:
    """Show the first bytes of an answer, printable, short and masked.

    Masked before it is cut: what ends before its @ is no userinfo to see.
    """
    text = masked(data.decode('latin-1'))
    shown = repr(text[:length].encode('latin-1'))[1:]
    return shown + ('...' if len(text) > length else '')
