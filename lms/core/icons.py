"""Icons: Bootstrap Icons out of the installed package, drawn inline in the colour of the text around them."""

import re
from functools import cache, lru_cache
from importlib.resources import files

from markupsafe import Markup

_SYMBOL = re.compile(r'<symbol[^>]*?viewBox="([^"]+)"[^>]*?\bid="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@lru_cache(maxsize=2048)
def icon(name: str, label: str | None = None) -> Markup:
    """The icon as ``<svg class="i">``: hidden from screen readers beside a word, or named by ``label``.

    Raises KeyError, with a sentence, for a name the installed set does not have.
    """
    view_box, drawing = _drawing(name)
    if label is None:
        return Markup('<svg class="i" viewBox="{}" aria-hidden="true">{}</svg>').format(view_box, drawing)
    return Markup('<svg class="i" viewBox="{}" role="img" aria-label="{}">{}</svg>').format(view_box, label, drawing)


def icon_names() -> frozenset[str]:
    """Every name ``icon`` knows."""
    return frozenset(_sprite())


def _drawing(name: str) -> tuple[str, Markup]:
    try:
        return _sprite()[name]
    except KeyError:
        message = f"There is no icon named {name!r} in the installed Bootstrap Icons."
        raise KeyError(message) from None


@cache
def _sprite() -> dict[str, tuple[str, Markup]]:
    """Name to (view box, paths); read once, at the first icon a process draws."""
    path = files("flask_bootstrap") / "static" / "bootstrap5" / "icons" / "bootstrap-icons.svg"
    text = path.read_text(encoding="utf-8")
    return {name: (view_box, Markup(drawing)) for view_box, name, drawing in _SYMBOL.findall(text)}
