"""The fields of a form on a page, as a browser would send them."""

import html
import re
from typing import Any


def attribute(tag: str, name: str) -> str:
    """An attribute of a tag; "" for none."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def fields_of(page: str, form: str = "item-form") -> dict[str, list[str]]:
    """Every field of the form with this id, or whose address ends so: hidden ones, checked ones, chosen ones.

    Line ends are as browsers send them.
    """
    found = re.search(rf'<form[^>]*(?:id="|action="[^"]*/){form}".*?</form>', page, re.S)
    assert found, f"there is no form {form}"
    fields: dict[str, list[str]] = {}
    for tag in re.finditer(r"<input\b[^>]*>", found[0]):
        is_choice = 'type="checkbox"' in tag[0] or 'type="radio"' in tag[0]
        if (name := attribute(tag[0], "name")) and (not is_choice or " checked" in tag[0]):
            fields.setdefault(name, []).append(attribute(tag[0], "value"))
    for area in re.finditer(r"<textarea\b([^>]*)>\n?(.*?)</textarea>", found[0], re.S):
        fields[attribute(area[1], "name")] = [html.unescape(area[2]).replace("\n", "\r\n")]
    for select in re.finditer(r"<select\b([^>]*)>(.*?)</select>", found[0], re.S):
        options = re.findall(r"<option [^>]*>", select[2])
        chosen = next((option for option in options if " selected" in option), options[0])
        fields[attribute(select[1], "name")] = [attribute(chosen, "value")]
    return fields


def sent(page: str, **changes: Any) -> dict[str, Any]:
    """The form's fields with some of them changed; None leaves a field out."""
    fields: dict[str, Any] = dict(fields_of(page))
    for name, value in changes.items():
        fields[name] = value
    return {name: value for name, value in fields.items() if value is not None}
