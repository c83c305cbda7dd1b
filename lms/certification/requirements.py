"""Requirement trees against what somebody has: met or not, since when, what is missing, the shortest way there (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.certification.content import LEAVES, Requirement

STANDING = ("licence", "certification")
"""Leaves that are a state somebody is in, not something done: they count while they hold, whenever they began."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that can be required; ``kind`` is one of ``LEAVES``."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that somebody completed, or a licence or certificate that holds now; ``reference`` proves it."""

    kind: str
    key: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands with one node of a tree.

    ``met_at`` is the instant at which the node became met, None while it is not. A leaf names what met it in
    ``evidence``; a branch needs ``needed`` of its ``parts``.
    """

    kind: str
    key: str
    met_at: datetime | None
    needed: int = 0
    parts: tuple["Standing", ...] = ()
    evidence: Evidence | None = None

    @property
    def is_met(self) -> bool:
        return self.met_at is not None

    @property
    def is_leaf(self) -> bool:
        return self.kind in LEAVES

    @property
    def leaf(self) -> Leaf:
        """The thing itself; only for leaves."""
        return Leaf(self.kind, self.key)

    @property
    def met_count(self) -> int:
        """How many parts are met."""
        return sum(part.is_met for part in self.parts)

    def leaves(self) -> Iterator["Standing"]:
        """The leaves below, in the order of the file; a leaf is its own."""
        if self.is_leaf:
            yield self
        for part in self.parts:
            yield from part.leaves()


def leaf_kind(kind: str) -> str:
    """The kind as the files write it: completions and news say "sign-off", files say "sign_off"."""
    return kind.replace("-", "_")


def evaluate(tree: Requirement, evidence: Iterable[Evidence], since: datetime | None = None) -> Standing:
    """How somebody with this evidence stands with the tree.

    ``since`` lets only what was done at that instant or later count (recertification, or after a revocation);
    standing leaves count from then on. A node became met when the last part it needed became met.
    """
    return _evaluate(tree, _earliest(evidence, since))


def _earliest(evidence: Iterable[Evidence], since: datetime | None) -> Mapping[Leaf, Evidence]:
    """For each leaf the earliest piece of evidence that counts."""
    found: dict[Leaf, Evidence] = {}
    for piece in evidence:
        leaf = Leaf(leaf_kind(piece.kind), piece.key)
        at = piece.at
        if since is not None and at < since:
            if leaf.kind not in STANDING:
                continue
            at = since
        if leaf not in found or at < found[leaf].at:
            found[leaf] = Evidence(leaf.kind, leaf.key, at, piece.reference)
    return found


def _evaluate(node: Requirement, found: Mapping[Leaf, Evidence]) -> Standing:
    if node.kind in LEAVES:
        piece = found.get(Leaf(node.kind, node.key))
        return Standing(node.kind, node.key, piece.at if piece else None, evidence=piece)
    parts = tuple(_evaluate(child, found) for child in node.children())
    needed = _needed(node, len(parts))
    instants = sorted(part.met_at for part in parts if part.met_at is not None)
    met_at = instants[needed - 1] if len(instants) >= needed else None
    return Standing(node.kind, "", met_at, needed, parts)


def _needed(node: Requirement, parts: int) -> int:
    if node.at_least is not None:
        return node.at_least.count
    return parts if node.kind == "all" else 1


def missing(standing: Standing) -> list[Leaf]:
    """Every leaf that would still help: the unmet leaves under unmet branches, each once, in file order."""
    if standing.is_met:
        return []
    if standing.is_leaf:
        return [standing.leaf]
    return _once(leaf for part in standing.parts for leaf in missing(part))


def shortest_way(standing: Standing) -> list[Leaf]:
    """The fewest leaves that would meet the tree, each once, in file order; what comes first wins a tie.

    Branches are decided one by one, so a leaf that stands in two branches is counted in both when they choose.
    """
    if standing.is_met:
        return []
    if standing.is_leaf:
        return [standing.leaf]
    ways = [(index, shortest_way(part)) for index, part in enumerate(standing.parts) if not part.is_met]
    wanted = standing.needed - standing.met_count
    chosen = sorted(sorted(ways, key=lambda way: len(way[1]))[:wanted])
    return _once(leaf for _, way in chosen for leaf in way)


def evidence_of(standing: Standing) -> list[Evidence]:
    """What the decision rests on: the evidence of every met leaf, earliest first."""
    pieces = {leaf.evidence for leaf in standing.leaves() if leaf.evidence is not None}
    return sorted(pieces, key=lambda piece: (piece.at, piece.kind, piece.key))


def lapsed_standing(tree: Requirement, holding: Iterable[Leaf]) -> list[Leaf]:
    """The licences without which the tree cannot be met any more, whatever else was done once.

    ``holding`` names the licences that hold now. A certificate stays a certificate, but nobody may work on a
    licence that ran out. Empty while all is well.
    """
    held = set(holding)
    return _once(_lapsed(tree, held) or [])


def _lapsed(node: Requirement, held: set[Leaf]) -> list[Leaf] | None:
    """None when the node holds, else the licences that are to blame."""
    if node.kind in LEAVES:
        leaf = Leaf(node.kind, node.key)
        return [leaf] if node.kind == "licence" and leaf not in held else None
    blames = [_lapsed(child, held) for child in node.children()]
    broken = [blame for blame in blames if blame is not None]
    if len(blames) - len(broken) >= _needed(node, len(blames)):
        return None
    return [leaf for blame in broken for leaf in blame]


def mentioned(trees: Iterable[Requirement | None]) -> list[Leaf]:
    """Every leaf of the trees, each once, in file order."""
    return _once(Leaf(leaf.kind, leaf.key) for tree in trees if tree is not None for leaf in tree.leaves())


def _once(leaves: Iterable[Leaf]) -> list[Leaf]:
    return list(dict.fromkeys(leaves))


def counted(standing: Standing) -> tuple[int, int]:
    """How many things are done, and how many there are on the shortest way in all: for "3 of 5"."""
    open_ = len(shortest_way(standing))
    done = _done(standing)
    return done, done + open_


def _done(standing: Standing) -> int:
    """Met leaves that count: of a met branch no more parts than it needs."""
    if standing.is_leaf:
        return int(standing.is_met)
    met: Sequence[Standing] = [part for part in standing.parts if part.is_met]
    begun = [part for part in standing.parts if not part.is_met]
    best = sorted(_done(part) for part in met)[: standing.needed]
    return sum(best) + (sum(_done(part) for part in begun) if standing.kind == "all" else 0)
