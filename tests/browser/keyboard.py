"""What somebody without a mouse presses."""

import pytest
from playwright.sync_api import Page

MOST_PRESSES = 400


def tab_to(page: Page, selector: str) -> None:
    """Press the tab key until the focus is there."""
    for _ in range(MOST_PRESSES):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the tab key never comes to {selector}")
