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

"""Where the picture puts boxes and lines."""

import itertools

import testtools

from ipv6_tempest_plugin.results import observed
from ipv6_tempest_plugin.results.page import drawing

NODES = tuple(
    observed.Node(name, kind, ('2001:db8:1:2:f816:3eff:fe11:2233',))
    for name, kind in (
        ('vm-2', 'guest'),
        ('vm-1', 'guest'),
        ('net-2', 'network'),
        ('net-1', 'network'),
        ('vrouter', 'vrouter'),
        ('router', 'router'),
        ('outside', 'external'),
    )
)
PAIRS = (
    ('outside', 'router'),
    ('router', 'net-1'),
    ('net-1', 'vrouter'),
    ('net-1', 'vm-1'),
    ('vrouter', 'net-2'),
    ('net-2', 'vm-2'),
)
TOPOLOGY = observed.Topology(
    NODES, tuple(observed.Link(pair) for pair in PAIRS), 'vRouter'
)


def ping(source: str, target: str, received: int) -> observed.Ping:
    """Return three echo requests."""
    return observed.Ping(source, target, '2001:db8::1', 3, received)


class DrawingTest(testtools.TestCase):
    def boxes(self) -> dict[str, drawing.Box]:
        """Return the boxes by name."""
        return {box.lines[0]: box for box in drawing.draw(TOPOLOGY).boxes}

    def test_rows_go_from_outside_to_the_guests(self) -> None:
        boxes = self.boxes()
        for upper, lower in PAIRS:
            above = boxes[upper].y + boxes[upper].height
            self.assertLess(above, boxes[lower].y, (upper, lower))
        self.assertEqual(boxes['vm-1'].y, boxes['vrouter'].y)

    def test_boxes_do_not_overlap_and_lie_in_the_picture(self) -> None:
        picture = drawing.draw(TOPOLOGY)
        for box in picture.boxes:
            self.assertGreater(box.x, 0)
            self.assertLess(box.x + box.width, picture.width)
            self.assertLess(box.y + box.height, picture.height)
        for one, other in itertools.combinations(picture.boxes, 2):
            apart = (
                one.x + one.width < other.x
                or other.x + other.width < one.x
                or one.y + one.height < other.y
                or other.y + other.height < one.y
            )
            self.assertTrue(apart, (one, other))

    def test_pings_of_one_way_are_one_line(self) -> None:
        pings = [
            ping('vm-1', 'vm-2', 3),
            ping('vm-1', 'vm-2', 1),
            ping('vm-2', 'vm-1', 3),
            ping('vm-1', 'nowhere', 3),
            ping('vm-1', 'vm-1', 3),
        ]
        lines = drawing.draw(TOPOLOGY, pings).pings
        self.assertEqual(
            [('4/6', False), ('3/3', True)],
            [(line.label, line.is_right) for line in lines],
        )
        self.assertNotEqual(lines[0].path, lines[1].path)

    def test_labels_of_pings_cover_nothing(self) -> None:
        names = ('vm-1', 'vm-2', 'vrouter', 'router', 'outside')
        pings = [ping(*pair, 3) for pair in itertools.permutations(names, 2)]
        picture = drawing.draw(TOPOLOGY, pings[:8])
        areas = [(b.x, b.y, b.width, b.height) for b in picture.boxes]
        labels = [drawing._around(line.x, line.y) for line in picture.pings]
        for label in labels:
            for area in areas:
                self.assertFalse(drawing._meet(label, area), (label, area))
        for one, other in itertools.combinations(labels, 2):
            self.assertFalse(drawing._meet(one, other), (one, other))

    def test_what_must_not_answer(self) -> None:
        silent = observed.Ping('vm-1', 'vm-2', '2001:db8::1', 3, 0, False)
        (line,) = drawing.draw(TOPOLOGY, [silent]).pings
        self.assertTrue(line.is_right)

    def test_links_to_nobody_and_islands(self) -> None:
        topology = observed.Topology(
            (observed.Node('a', 'guest'), observed.Node('b', 'guest')),
            (observed.Link(('a', 'x')),),
        )
        picture = drawing.draw(topology)
        self.assertEqual((2, 0), (len(picture.boxes), len(picture.links)))

    def test_nothing(self) -> None:
        self.assertEqual((), drawing.draw(observed.Topology(())).boxes)
