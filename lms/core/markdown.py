"""Markdown to safe HTML, cached by content."""

import functools

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a", "img",
    "h2", "h3", "h4", "h5", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


@functools.lru_cache(maxsize=8192)
def render(source: str) -> Markup:
    """Block Markdown as HTML; headings begin at level 2, raw HTML is shown as text."""
    html = _parser.render(source).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return Markup(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel="noopener noreferrer"))


@functools.lru_cache(maxsize=8192)
def render_inline(source: str) -> Markup:
    """A sentence with inline Markdown only, without the paragraph around it."""
    return Markup(nh3.clean(_parser.renderInline(source), tags=_TAGS, attributes=_ATTRIBUTES))
