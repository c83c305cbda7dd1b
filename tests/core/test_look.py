"""The look keeps its promises: contrast in both themes, no foreign or inline code, icons that exist."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment
from markupsafe import Markup

from lms.core.icons import icon, icon_names

ROOT = Path(__file__).resolve().parents[2]
STYLES = sorted((ROOT / "static").rglob("*.css"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
TOKENS = (ROOT / "static/base/tokens.css").read_text(encoding="utf-8")

TEXT_ON = {
    "canvas": ("ink", "ink-2", "ink-3", "teal", "teal-deep", "coral", "ok", "wait"),
    "surface": ("ink", "ink-2", "ink-3", "teal", "teal-deep", "coral", "ok", "wait", "them-line"),
    "sunken": ("ink", "ink-2", "ink-3"),
    "teal-soft": ("ink", "ink-2", "teal"),
    "coral-soft": ("ink", "coral"),
    "ok-soft": ("ink", "ok"),
    "wait-soft": ("ink", "wait"),
    "them": ("ink",),
    "you": ("ink",),
    "coach": ("on-coach", "on-coach-2"),
    "stage": ("on-coach-2",),
    "btn": ("on-btn",),
    "btn-hover": ("on-btn",),
    "on-coach": ("coach",),
    "on-coach-2": ("coach",),
}
"""Every text colour by the ground it stands on."""
MARK_ON = {"canvas": ("line-2", "ring"), "surface": ("line-2", "coral-fill", "teal", "ring"), "coach": ("on-coach",)}
"""Borders, marks and the focus ring: 3 to 1 is enough."""


def block(start):
    """The declarations of the first rule whose selector is ``start``."""
    body = TOKENS.split(start + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


LIGHT = block(":root")
DARK = block('  [data-bs-theme="dark"]')
THEMES = {"light": LIGHT, "dark": {**LIGHT, **DARK}}


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG 2.2 contrast ratio of two #rrggbb colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs(table):
    return [(theme, text, ground) for theme in THEMES for ground, texts in table.items() for text in texts]


def stated_pairs():
    """Pairs that one rule of any stylesheet states itself: ``background: var(--a)`` beside ``color: var(--b)``."""
    found = set()
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for body in re.findall(r"\{([^{}]*)\}", text):
            ground = re.search(r"(?<![\w-])background(?:-color)?:\s*var\(--([\w-]+)\)", body)
            words = re.search(r"(?<![\w-])color:\s*var\(--([\w-]+)\)", body)
            if ground and words:
                found.add((words.group(1), ground.group(1)))
            bs = dict(re.findall(r"--bs-btn-((?:hover-|active-)?(?:bg|color)):\s*var\(--([\w-]+)\)", body))
            for state in ("", "hover-", "active-"):
                if f"{state}bg" in bs and f"{state}color" in bs:
                    found.add((bs[f"{state}color"], bs[f"{state}bg"]))
    return [(theme, *pair) for theme in THEMES for pair in sorted(found)]


@pytest.mark.parametrize(("theme", "text", "ground"), pairs(TEXT_ON))
def test_text_can_be_read(theme, text, ground):
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(("theme", "text", "ground"), stated_pairs())
def test_text_and_ground_of_one_rule_can_be_read(theme, text, ground):
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize(("theme", "mark", "ground"), pairs(MARK_ON))
def test_marks_can_be_seen(theme, mark, ground):
    assert contrast(THEMES[theme][mark], THEMES[theme][ground]) >= 3


def test_contrast_is_reckoned_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_both_dark_lists_are_alike():
    wished = block("  :root:not([data-bs-theme])")
    assert wished == DARK
    assert len(DARK) > 30


def test_every_name_a_stylesheet_uses_is_defined():
    defined = set(re.findall(r"--([\w-]+):", "".join(p.read_text(encoding="utf-8") for p in STYLES)))
    for path in STYLES:
        used = set(re.findall(r"var\(--((?!bs-)[\w-]+)", path.read_text(encoding="utf-8")))
        assert used <= defined, f"{path.name} uses {used - defined}"


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_a_stylesheet_loads_nothing_from_elsewhere(path):
    text = path.read_text(encoding="utf-8")
    assert "@import" not in text
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
        assert not re.match(r"data:|https?:|//", address), address
        assert (path.parent / address).is_file(), f"{address} is not there"


@pytest.mark.parametrize("path", STYLES + SCRIPTS, ids=lambda p: p.name)
def test_no_style_or_script_has_a_remote_address(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_code(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text), "use a class: the content security policy refuses inline styles"
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "use an ES module: the policy refuses handlers"
    assert not re.search(r"(?:src|href)\s*=\s*[\"']\s*(?:javascript:|data:)", text)
    for attributes, code in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.DOTALL):
        assert "src=" in attributes
        assert not code.strip()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_every_icon_of_a_template_exists(path):
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"\bicon\(\s*'([\w-]+)'", text))
    for lookup in re.findall(r"\bicon\(\{([^}]*)\}\.get\([^,]+,\s*'([\w-]+)'", text):
        used |= set(re.findall(r":\s*'([\w-]+)'", lookup[0])) | {lookup[1]}
    used |= set(re.findall(r"'icon':\s*'([\w-]+)'", text)) | set(re.findall(r"icon_name='([\w-]+)'", text))
    assert used <= icon_names(), used - icon_names()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_a_template_parses(path):
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    assert environment.parse(path.read_text(encoding="utf-8")).body


def test_an_icon_beside_a_word_is_silent():
    assert 'aria-hidden="true"' in icon("check-lg")
    assert icon("check-lg").startswith('<svg class="i"')


def test_an_icon_alone_has_a_name_and_cannot_smuggle_markup():
    drawn = icon("x-lg", 'Close "it" <now>')
    assert isinstance(drawn, Markup)
    assert 'role="img" aria-label="Close &#34;it&#34; &lt;now&gt;"' in drawn


def test_an_unknown_icon_says_so():
    with pytest.raises(KeyError, match="no icon named 'unicorn'"):
        icon("unicorn")


def test_bootstraps_embedded_pictures_are_replaced_by_files():
    ours = (ROOT / "static/base/bootstrap.css").read_text(encoding="utf-8")
    for part in ('[type="checkbox"]', '[type="radio"]', ":indeterminate", ".form-switch", ".btn-close", ".form-select"):
        assert part in ours


def test_only_a_check_box_can_look_half_chosen():
    """A browser calls a radio button indeterminate until one of its group is chosen; it must not look chosen."""
    for style in STYLES:
        for selector in re.findall(r"[^\s,{}]*:indeterminate", style.read_text(encoding="utf-8")):
            assert '[type="checkbox"]' in selector, f"{style.name}: {selector}"
