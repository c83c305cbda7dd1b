"""Both languages are complete: a message without Chinese fails here and says where to add it."""

import re

from lms.core import catalogues


def test_every_message_has_chinese() -> None:
    missing = catalogues.missing()
    assert not missing, f"{len(missing)} messages lack Chinese; run `make messages`, then translate: {missing[:20]}"


def test_messages_are_english_at_the_source() -> None:
    for key in catalogues.used():
        text = key if isinstance(key, str) else key[0]
        assert not any("\u4e00" <= character <= "\u9fff" for character in text), f"source messages are English: {text}"


def test_places_survive_translation() -> None:
    for message in catalogues.merged():
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        targets = [message.string] if isinstance(message.string, str) else list(message.string)
        for target in targets:
            assert _places(source) == _places(target), f"the places differ: {source!r} → {target!r}"


def _places(text: str) -> set[str]:
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def test_a_percentage_is_written_in_one_way_for_each_language() -> None:
    """English sets a space before the sign, Chinese none, before or after."""
    amount = r"(?<=[0-9s)])"
    for message in catalogues.merged():
        if not message.id:
            continue
        english = " ".join(message.id) if isinstance(message.id, (list, tuple)) else message.id
        chinese = " ".join(message.string) if isinstance(message.string, (list, tuple)) else message.string
        assert not re.search(amount + "%%", english), english
        assert not re.search(amount + r"[ \u202f]%%|%% [\u4e00-\u9fff]", chinese), chinese
