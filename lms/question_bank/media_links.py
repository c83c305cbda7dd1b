"""From the names of media files in Markdown to the addresses they are served at (pure)."""

import re
from collections.abc import Mapping

_TARGET = re.compile(r"\]\(media/([^)\s]+)")


def linked(markdown: str, media: Mapping[str, str]) -> str:
    """The text with ``media/name`` replaced by the address of that content; an unknown name stays as it is."""
    if not media or "](media/" not in markdown:
        return markdown
    return _TARGET.sub(lambda found: f"](/media/{media[found[1]]}" if found[1] in media else found[0], markdown)
