"""What drawing a paper needs to know of an item that may be drawn (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item of the bank in its current version; ``sop`` lists the SOP steps it covers."""

    item_id: int
    version_id: int
    key: str
    topic: str
    type: str
    difficulty: str
    sop: tuple[str, ...] = ()
