"""The map of a scenario: its scenes as boxes, its replies as lines between them, sound or broken (pure).

Takes the body of a draft as it is, however broken: what has the wrong shape counts as not there, a target that does not
exist becomes a ghost, what the first scene does not lead to lies apart.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.definitions import plain
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.map_layout import NODE_HEIGHT, Layout, lay_out
from lms.scenarios.map_order import NODE_WIDTH
from lms.scenarios.map_reading import TYPED, TYPED_TABOO, Lead, NodeKind, Outline, Pick, shortened

__all__ = ["TYPED", "TYPED_TABOO", "Lead", "MapEdge", "MapNode", "NodeKind", "SceneMap", "scene_map"]

PLAIN_LINE, BEST_LINE, MOST_FLOW = 1.5, 3.5, 14.0
LABEL_ROOM, LEAST_ROOM, MOST_NAMED = 16.0, 5.0, 3
"""How much of the replies a line is named by, in Chinese characters, the least for each, and how many replies."""


@dataclass(frozen=True, slots=True)
class MapNode:
    """A box; ``short`` is the title cut to its width.

    ``mend`` is the scene to open for it: its own, for a ghost the first that leads there. ``arriving`` counts the
    replies that lead here, ``visits`` the plays that came here where flows are known, ``share`` is theirs of all that
    began (1.0 for all; more where plays come again).
    """

    key: str
    number: int | None
    kind: NodeKind
    title: str
    short: str
    x: float
    y: float
    w: float
    h: float
    leads: tuple[Lead, ...]
    problems: int
    is_selected: bool
    is_start: bool
    is_unreachable: bool
    is_failed: bool
    mend: str
    arriving: int
    visits: int | None
    share: float | None

    @property
    def replies(self) -> int:
        """How many replies the learner has here."""
        return sum(lead.choice != TYPED_TABOO for lead in self.leads)

    @property
    def broken(self) -> int:
        """How many of them lead nowhere."""
        return sum(lead.is_missing for lead in self.leads)


@dataclass(frozen=True, slots=True)
class MapEdge:
    """A line: all replies of one scene that lead to the same place; ``label`` is how they begin.

    ``arrow`` is the path of its head, ``width`` in pixels, ``flow`` how many plays went along it (None where that is not
    known).
    """

    origin: str
    target: str
    choices: tuple[str, ...]
    label: str
    texts: tuple[str, ...]
    path: str
    arrow: str
    label_x: float
    label_y: float
    flow_x: float
    flow_y: float
    is_best: bool
    is_broken: bool
    is_aside: bool
    flow: int | None
    width: float


@dataclass(frozen=True, slots=True)
class SceneMap:
    """The whole map in pixels of its own; ``unreached_y`` is where the part begins that the first scene does not
    lead to."""

    width: float
    height: float
    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    unreached_y: float | None
    has_flows: bool

    @property
    def scenes(self) -> tuple[MapNode, ...]:
        return tuple(node for node in self.nodes if node.kind == NodeKind.SCENE)

    @property
    def has_best(self) -> bool:
        """Whether a best route is drawn."""
        return any(edge.is_best for edge in self.edges)

    @property
    def broken(self) -> int:
        """How many replies lead nowhere."""
        return sum(node.broken for node in self.nodes)


def scene_map(
    body: Mapping[str, Any] | ScenarioDefinition,
    *,
    language: str,
    selected: str | None = None,
    best: Collection[Pick] = (),
    problems: Mapping[str, int] | None = None,
    flows: Mapping[Pick, int] | None = None,
    visits: Mapping[str, int] | None = None,
) -> SceneMap:
    """The map of a draft's body or of a definition, titles in ``language``.

    ``best`` and ``flows`` go by scene and choice, ``problems`` and ``visits`` (plays that came there, each counted
    once however often it came back) by scene or ending. Never raises for anything a body may hold.
    """
    reader = Outline(body if isinstance(body, Mapping) else plain(body), language, set(best), flows, visits)
    if not reader.keys:
        return SceneMap(0, 0, (), (), None, flows is not None)
    layout = lay_out(reader.keys, list(reader.lines), reader.begin, reader.endings.keys())
    nodes = (_node(reader, layout, key, selected == key, (problems or {}).get(key, 0)) for key in reader.keys)
    return SceneMap(
        layout.width, layout.height, tuple(nodes), _edges(reader, layout), layout.unreached_y, flows is not None
    )


def _node(reader: Outline, layout: Layout, key: str, is_selected: bool, problems: int) -> MapNode:
    spot, visits = layout.spots[key], reader.visits
    return MapNode(
        key=key,
        number=reader.numbers.get(key),
        kind=reader.kind(key),
        title=reader.titles[key],
        short=shortened(reader.titles[key], reader.room(key)),
        x=spot.x,
        y=spot.y,
        w=NODE_WIDTH,
        h=NODE_HEIGHT,
        leads=reader.leads.get(key, ()),
        problems=problems,
        is_selected=is_selected,
        is_start=key == reader.start,
        is_unreachable=not spot.is_reached,
        is_failed=reader.is_failed(key),
        mend=reader.mend(key),
        arriving=reader.arriving[key],
        visits=visits[key] if visits is not None else None,
        share=visits[key] / visits[reader.begin] if visits is not None and visits[reader.begin] else None,
    )


def _edges(reader: Outline, layout: Layout) -> tuple[MapEdge, ...]:
    most = max((sum(lead.flow or 0 for lead in leads) for leads in reader.lines.values()), default=0)
    edges = []
    for (origin, target), leads in reader.lines.items():
        course = layout.courses[origin, target]
        flow = None if reader.flows is None else sum(lead.flow or 0 for lead in leads)
        is_best = any(lead.is_best for lead in leads)
        x, y = course.tip
        edges.append(
            MapEdge(
                origin=origin,
                target=target,
                choices=tuple(lead.choice for lead in leads),
                label=_label([lead for lead in leads if not lead.is_typed]),
                texts=tuple(lead.text for lead in leads),
                path=course.path,
                arrow=f"M{x:.1f} {y:.0f}l-4 -7h8Z",
                label_x=x,
                label_y=y - 9,
                flow_x=round(course.middle[0], 1),
                flow_y=round(course.middle[1], 1),
                is_best=is_best,
                is_broken=target not in reader.numbers,
                is_aside=course.is_aside,
                flow=flow,
                width=_width(flow, most, is_best),
            )
        )
    return tuple(sorted(edges, key=lambda edge: (edge.is_best, edge.flow or 0)))


def _label(leads: list[Lead]) -> str:
    """The beginnings of what is said along a line, its keys where nothing is written yet; several share the room."""
    room = LABEL_ROOM / max(len(leads), 1)
    return " / ".join(shortened(lead.text or lead.choice, max(room, LEAST_ROOM)) for lead in leads[:MOST_NAMED]) + (
        " / …" if len(leads) > MOST_NAMED else ""
    )


def _width(flow: int | None, most: int, is_best: bool) -> float:
    if flow is None:
        return BEST_LINE if is_best else PLAIN_LINE
    return round(PLAIN_LINE + (MOST_FLOW - PLAIN_LINE) * flow / most, 1) if most else PLAIN_LINE
