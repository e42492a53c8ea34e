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

"""The picture of a topology: where each box, line and label goes.

Nodes stand in rows, by their distance from the outside world. Lengths are
in the user units of SVG.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ipv6_tempest_plugin.results import observed

_LETTER = 6.7
_LINE = 15.0
_PADDING = 10.0
_GAP = 44.0
_ROW_GAP = 84.0
_MARGIN = 20.0
# Where on a ping's way its label may stand, the best place first.
_PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
_LABEL = (46.0, 14.0)
_KINDS = ('external', 'router', 'network')

# x and y; and with them width and height.
Point = tuple[float, float]
Area = tuple[float, float, float, float]


@dataclass(frozen=True)
class Box:
    """A node; ``lines`` are its texts, the first its name."""

    kind: str
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Line:
    """A link, or all pings from one node to another, as an SVG path."""

    path: str
    label: str
    x: float
    y: float
    is_right: bool = True


@dataclass(frozen=True)
class Picture:
    """All that is drawn, and the same in words."""

    title: str
    words: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    links: tuple[Line, ...]
    pings: tuple[Line, ...]


def draw(
    topology: observed.Topology, pings: Iterable[observed.Ping] = ()
) -> Picture:
    """Lay out a topology and what was pinged in it.

    Links and pings to what is no node of it are left out.
    """
    pings = list(pings)
    boxes = _boxes(_rows(topology))
    arcs = _pings(boxes, pings)
    width = max((b.x + b.width for b in boxes.values()), default=0.0)
    height = max((b.y + b.height for b in boxes.values()), default=0.0)
    return Picture(
        topology.title,
        _words(topology, pings),
        max([width, *(arc.x + _LABEL[0] / 2 for arc in arcs)]) + _MARGIN,
        max([height, *(arc.y + _LABEL[1] for arc in arcs)]) + _MARGIN,
        tuple(boxes.values()),
        tuple(
            _link(boxes[link.between[0]], boxes[link.between[1]], link.label)
            for link in topology.links
            if boxes.keys() >= set(link.between)
        ),
        tuple(arcs),
    )


def _rows(topology: observed.Topology) -> list[list[observed.Node]]:
    """Sort nodes into rows by their distance from the outside."""
    nodes = {node.name: node for node in topology.nodes}
    near: dict[str, list[str]] = {name: [] for name in nodes}
    for one, other in (link.between for link in topology.links):
        if one in nodes and other in nodes:
            near[one].append(other)
            near[other].append(one)
    rows: list[list[observed.Node]] = []
    waiting = sorted(nodes.values(), key=lambda node: _rank(node.kind))
    placed: set[str] = set()
    while waiting:
        row = [n for n in waiting if n.name not in placed][:1]
        for depth in range(len(nodes)):
            if not row:
                break
            if depth == len(rows):
                rows.append([])
            rows[depth] += row
            placed.update(node.name for node in row)
            names = dict.fromkeys(n for node in row for n in near[node.name])
            row = [nodes[name] for name in names if name not in placed]
        waiting = [node for node in waiting if node.name not in placed]
    return rows


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _boxes(rows: list[list[observed.Node]]) -> dict[str, Box]:
    sizes = [[_size(node) for node in row] for row in rows]
    widths = [sum(w for w, _ in row) + _GAP * (len(row) - 1) for row in sizes]
    total = max(widths, default=0.0)
    boxes: dict[str, Box] = {}
    y = _MARGIN
    for row, row_sizes, width in zip(rows, sizes, widths, strict=True):
        x = _MARGIN + (total - width) / 2
        for node, (box_width, box_height) in zip(row, row_sizes, strict=True):
            boxes[node.name] = Box(
                node.kind, _lines(node), x, y, box_width, box_height
            )
            x += box_width + _GAP
        y += max(height for _, height in row_sizes) + _ROW_GAP
    return boxes


def _lines(node: observed.Node) -> tuple[str, ...]:
    return tuple(filter(None, (node.name, *node.addresses, node.note)))


def _size(node: observed.Node) -> tuple[float, float]:
    lines = _lines(node)
    longest = max(map(len, lines), default=0)
    return (
        longest * _LETTER + 2 * _PADDING,
        len(lines) * _LINE + 2 * _PADDING,
    )


def _link(one: Box, other: Box, label: str) -> Line:
    (x1, y1), (x2, y2) = one.middle, other.middle
    path = f'M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}'
    return Line(path, label, (x1 + x2) / 2, _between(one, other))


def _between(one: Box, other: Box) -> float:
    """Return a height between two boxes, for what must not cover them."""
    upper, lower = sorted((one, other), key=lambda box: box.y)
    return (upper.y + upper.height + lower.y) / 2


def _pings(boxes: dict[str, Box], pings: list[observed.Ping]) -> list[Line]:
    pairs: dict[tuple[str, str], list[observed.Ping]] = {}
    for ping in pings:
        if {ping.source, ping.target} <= boxes.keys():
            pairs.setdefault((ping.source, ping.target), []).append(ping)
    taken = [(b.x, b.y, b.width, b.height) for b in boxes.values()]
    lines = []
    for (source, target), of_pair in pairs.items():
        if source != target:
            line = _arc(boxes[source], boxes[target], of_pair, taken)
            taken.append(_around(line.x, line.y))
            lines.append(line)
    return lines


def _arc(
    one: Box, other: Box, pings: list[observed.Ping], taken: list[Area]
) -> Line:
    """Bend to the right of the way, so that there and back are two."""
    curve = _curve(one, other)
    (x1, y1), (x, y), (x2, y2) = curve
    places = [_on_curve(curve, place) for place in _PLACES]
    free = (p for p in places if not any(_meet(_around(*p), t) for t in taken))
    at = next(free, places[0])
    received = sum(ping.received for ping in pings)
    sent = sum(ping.sent for ping in pings)
    return Line(
        f'M{x1:.1f} {y1:.1f}Q{x:.1f} {y:.1f} {x2:.1f} {y2:.1f}',
        f'{received}/{sent}',
        *at,
        is_right=all(ping.is_right for ping in pings),
    )


def _curve(one: Box, other: Box) -> tuple[Point, Point, Point]:
    (x1, y1), (x2, y2) = one.middle, other.middle
    length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    bend = 0.18 * length + 16
    if abs(y1 - y2) < one.height:
        # Beside each other: out of the boxes first.
        bend += one.height
    x = (x1 + x2) / 2 - (y2 - y1) / length * bend
    y = (y1 + y2) / 2 + (x2 - x1) / length * bend
    return (x1, y1), (x, max(2 * _MARGIN, y)), (x2, y2)


def _on_curve(curve: tuple[Point, Point, Point], place: float) -> Point:
    """Return a point of a quadratic Bezier curve."""
    near, bend, far = (1 - place) ** 2, 2 * place * (1 - place), place**2
    (x1, y1), (x, y), (x2, y2) = curve
    return near * x1 + bend * x + far * x2, near * y1 + bend * y + far * y2


def _around(x: float, y: float) -> Area:
    """Return what a label covers whose text stands at this point."""
    width, height = _LABEL
    return x - width / 2, y - height, width, height + 4


def _meet(one: Area, other: Area) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _words(topology: observed.Topology, pings: list[observed.Ping]) -> str:
    parts = [
        f'{node.kind} {node.name}: {", ".join(node.addresses) or "-"}'
        for node in topology.nodes
    ]
    parts += [f'{" to ".join(link.between)}' for link in topology.links]
    parts += [
        f'{ping.source} pinged {ping.target} at {ping.address}: '
        f'{ping.received} of {ping.sent} came back'
        for ping in pings
    ]
    return '; '.join(parts)
