"""The guides keep up with the code."""

import re

from lms import config

DOCS = config.ROOT / "docs"


def test_every_setting_is_documented() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (config.ROOT / "lms").rglob("*.py"))
    used = set(re.findall(r"[\"'](LMS_[A-Z0-9_]+)[\"']", source))
    documented = set(re.findall(r"`(LMS_[A-Z0-9_]+)`", (DOCS / "administrators.md").read_text(encoding="utf-8")))
    assert used - documented == set(), "add these to docs/administrators.md"
    assert documented - used == set(), "these are documented but not read"


def test_links_of_the_guides_lead_somewhere() -> None:
    for page in [config.ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"
