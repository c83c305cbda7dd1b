"""Reading, checking and writing content files."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from lms.core.content import (
    Day,
    Definition,
    Document,
    Fault,
    Key,
    Md,
    Moment,
    Number,
    Text,
    canonical,
    digest,
    dump_yaml,
    media_type_of,
    pack_folders,
    read_pack,
    read_yaml,
    unique_by,
    validate,
)
from lms.core.field_types import NOT_KEPT

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
BOTH = {"en": "Listen", "zh-Hans": "倾听"}


class Apple(Definition):
    kind: Literal["apple"]
    key: Key
    seeds: Annotated[int, Field(ge=1, le=9)] = 5

    def faults(self) -> Iterator[Fault]:
        if self.seeds == 7:
            yield Fault(("seeds",), "Seven is unlucky.")


class Pear(Definition):
    kind: Literal["pear"]
    key: Key
    weight: Number = Decimal(1)


class Basket(Definition):
    basket: Key
    title: Text
    note: Md | None = None
    is_full: bool = False
    picked_on: Day | None = None
    sold_at: Moment | None = None
    names: dict[Key, Text] = {}
    fruit: Annotated[list[Annotated[Apple | Pear, Field(discriminator="kind")]], Field(min_length=1), unique_by("key")]


def problems_of(text: str, *, strict: bool = False) -> list[str]:
    document, problems = read_yaml("basket.yaml", text)
    if document:
        problems = problems + validate(Basket, document, strict=strict)[1]
    return [f"{problem.severity} {problem}" for problem in problems]


def basket(**changes: Any) -> Basket:
    data = {"basket": "b", "title": BOTH, "fruit": [{"kind": "pear", "key": "p"}], **changes}
    definition, problems = validate(Basket, Document("basket.yaml", data))
    assert definition, [str(problem) for problem in problems]
    return definition


def value_of(scalar: str) -> Any:
    document, problems = read_yaml("x.yaml", f"a: {scalar}\n")
    assert document and not problems
    return document.data["a"]


@pytest.mark.parametrize(
    "scalar", ["yes", "No", "on", "off", "10:30", "010", "-01", "2027-06-30", "1_000", "0b1", "<<"]
)
def test_what_only_looks_like_something_else_stays_text(scalar: str) -> None:
    assert value_of(scalar) == scalar


@pytest.mark.parametrize(
    ("scalar", "value"),
    [("true", True), ("FALSE", False), ("~", None), ("", None), ("null", None), ("12", 12), ("-3", -3), ("+4", 4),
     ("0x1F", 31), ("0o17", 15), ("2.5", 2.5), (".5", 0.5), ("1e3", 1000.0), ("-.inf", float("-inf"))],
)  # fmt: skip
def test_the_core_schema_knows_these_values(scalar: str, value: object) -> None:
    assert value_of(scalar) == value
    assert type(value_of(scalar)) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert [value_of('"12"'), value_of("'true'"), value_of("''")] == ["12", "true", ""]


def test_keys_are_always_text() -> None:
    document, _ = read_yaml("x.yaml", "1: a\non: b\ntrue: c\n")
    assert document and document.data == {"1": "a", "on": "b", "true": "c"}


def test_everything_hidden_is_refused_in_one_run() -> None:
    text = """a: &x 1
b: *x
c: !!str 3
a: 2
e:
  <<: {z: 1}
? [q]
: 3
---
f: 1
"""
    document, problems = read_yaml("a.yaml", text)
    assert document is not None
    assert [str(problem) for problem in problems] == [
        "a.yaml:1: a: Anchors are not used here; take “&x” away.",
        "a.yaml:2: b: Aliases are not used here; write out what “*x” stands for.",
        "a.yaml:3: c: Tags are not used here; take “!!str” away.",
        "a.yaml:4: a: This key stands here already, on line 1; keep one.",
        "a.yaml:6: e: Merging with “<<” is not used here; write the fields out.",
        "a.yaml:7: A key is one word or text, not a list or a map.",
        "a.yaml:9: A file holds one document; take the line “---” away.",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: b: c", "1: A colon stands where none is expected; put the text in quotes, or look at the indentation."),
        ("a: 1\nb: [1", "2: A quote or a bracket that is opened here is not closed."),
        ("a: 1\nb: 'x\n\n", "2: A quote or a bracket that is opened here is not closed."),
        ("a:\n\t- b", "2: A tab stands here; indent with spaces."),
        ("a: @x", "1: The text begins with a sign that means something else in YAML; put the text in quotes."),
        ("a: x\nb: \x07", "2: The character U+0007 cannot be shown; take it away."),
        ("", "1: The file is empty; fill it or delete it."),
        ("# only words\n", "1: The file is empty; fill it or delete it."),
    ],
)
def test_a_broken_file_says_where(text: str, line: str) -> None:
    document, problems = read_yaml("a.yaml", text)
    assert document is None
    assert [str(problem) for problem in problems] == [f"a.yaml:{line}"]


def test_nesting_has_an_end() -> None:
    _, problems = read_yaml("a.yaml", "a: " + "[" * 60 + "]" * 60)
    assert [str(problem) for problem in problems] == ["a.yaml:1: This is nested too deeply."]


def test_every_problem_of_a_file_is_reported_at_its_line() -> None:
    text = """basket: My Basket
title: {en: Listen, note the time}
is_full: yes
picked_on: 2027-02-30
tytle: x
note:
  - x
names:
  A: {en: 3, zh-Hans: ""}
fruit:
  - kind: apple
    key: a
    seeds: 12
    colour: red
  - kind: apple
    key: b
    seeds: 7
  - kind: plum
  - key: c
  - kind: pear
    key: &anchor a
    weight: heavy
  - pear
"""
    assert problems_of(text) == [
        "error basket.yaml:21: fruit[4].key: Anchors are not used here; take “&anchor” away.",
        "error basket.yaml:1: basket: “My Basket” is not a key; use lower-case letters and digits, words joined by "
        "hyphens.",
        "error basket.yaml:2: title.note the time: “note the time” is not a language of this product (en, zh-Hans); "
        "if it belongs to the text, put the whole text in quotes.",
        "error basket.yaml:3: is_full: Write true or false here, without quotes.",
        "error basket.yaml:4: picked_on: Write a day that exists here, as in 2027-06-30.",
        "error basket.yaml:5: tytle: There is no field “tytle” here; did you mean “title”?",
        "error basket.yaml:6: note: Write one text here, not a list.",
        "error basket.yaml:9: names.A: “A” is not a key; use lower-case letters and digits, words joined by hyphens.",
        "error basket.yaml:9: names.A.en: Write a text here; put 3 in quotes.",
        "error basket.yaml:9: names.A.zh-Hans: The text is empty; write it.",
        "error basket.yaml:13: fruit[0].seeds: Write a number that is at most 9.",
        "error basket.yaml:14: fruit[0].colour: There is no field “colour” here; take it away, or use one of: kind, "
        "key, seeds.",
        "error basket.yaml:17: fruit[1].seeds: Seven is unlucky.",
        "error basket.yaml:18: fruit[2].kind: Write one of these here: apple, pear.",
        "error basket.yaml:19: fruit[3].kind: This is required; add it.",
        "error basket.yaml:21: fruit[4].key: “a” stands here a second time; every one must differ.",
        "error basket.yaml:22: fruit[4].weight: Write a number here, without quotes.",
        "error basket.yaml:23: fruit[5]: Write a map here: one line with “name: value” for each field.",
    ]


def test_no_sentence_of_the_library_leaks_out() -> None:
    data: list[Any] = [None, 3, "x", True, [], {}, [1], {"a": 1}, 2.5]
    for value in data:
        for name in Basket.model_fields:
            _, problems = validate(Basket, Document("b.yaml", {name: value}))
            for problem in problems:
                assert not re.search(r"(?i)\binput\b|valid|dictionary|instance|should", str(problem)), str(problem)


def test_a_missing_required_field_stands_at_its_parent() -> None:
    assert problems_of("basket: b\nfruit:\n  - kind: pear\n") == [
        "error basket.yaml:1: title: This is required; add it.",
        "error basket.yaml:3: fruit[0].key: This is required; add it.",
    ]


def test_a_missing_translation_warns_even_beside_an_error() -> None:
    text = "basket: b\ntitle: Listen\nnames:\n  x: {zh-Hans: 听}\nfruit:\n  - {kind: pear, key: p}\n"
    warnings = [
        "warning basket.yaml:2: title: The Chinese is missing.",
        "warning basket.yaml:4: names.x: The English is missing.",
    ]
    assert problems_of(text) == warnings
    assert problems_of(text + "extra: 1\n")[:2] == warnings


def test_strict_turns_a_missing_translation_into_an_error() -> None:
    document, _ = read_yaml("b.yaml", "basket: b\ntitle: Listen\nfruit:\n  - {kind: pear, key: p}\n")
    assert document
    definition, problems = validate(Basket, document, strict=True)
    assert definition is None
    assert [problem.severity for problem in problems] == ["error"]


def test_a_plain_text_is_in_the_language_of_the_pack() -> None:
    document = Document("b.yaml", {"basket": "b", "title": " 倾听 ", "fruit": [{"kind": "pear", "key": "p"}]})
    definition, _ = validate(Basket, document, "zh-Hans")
    assert definition and definition.title == {"zh-Hans": "倾听"}


def test_what_stands_under_an_alias_is_not_complained_about_twice() -> None:
    text = "basket: b\ntitle: *x\nfruit:\n  - {kind: pear, key: p}\n"
    assert problems_of(text) == [
        "error basket.yaml:2: title: Aliases are not used here; write out what “*x” stands for."
    ]


def test_a_line_falls_back_to_the_nearest_parent() -> None:
    document, _ = read_yaml("b.yaml", "# words\na:\n  - b: 1\n    c: [x, y]\n")
    assert document
    assert document.line(()) == 2
    assert document.line(("a", 0, "c", 1)) == 4
    assert document.line(("a", 0, "nowhere", "at all")) == 3
    assert document.line(("z",)) == 2


def test_export_is_in_one_fixed_style() -> None:
    written = dump_yaml(
        basket(
            title={"zh-Hans": "倾听", "en": "Note: listen"},
            note={"en": "One line.\n\nAnother “line”.", "zh-Hans": "yes"},
            picked_on="2027-06-30",
            sold_at="2027-06-30T09:00+08:00",
            fruit=[{"kind": "pear", "key": "p", "weight": 0.10}, {"kind": "apple", "key": "a", "seeds": 5}],
        )
    )
    assert (
        written
        == """basket: b
title:
  en: "Note: listen"
  zh-Hans: 倾听
note:
  en: |-
    One line.

    Another “line”.
  zh-Hans: "yes"
picked_on: 2027-06-30
sold_at: 2027-06-30T09:00+08:00
fruit:
  - kind: pear
    key: p
    weight: 0.1
  - kind: apple
    key: a
"""
    )


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]).filter(lambda character: not NOT_KEPT.match(character)), min_size=1
).filter(lambda words: words.strip())


@given(
    st.dictionaries(st.sampled_from(["en", "zh-Hans"]), TEXTS, min_size=1),
    st.dictionaries(st.from_regex(r"\A(y|n|on|[a-z0-9]{1,4}(-[0-9]{1,3})?)\Z"), TEXTS, max_size=3),
)
def test_what_is_written_reads_back_the_same(title: dict[str, str], names: dict[str, str]) -> None:
    first = basket(title=title, names=names)
    written = dump_yaml(first)
    document, problems = read_yaml("b.yaml", written)
    assert document and not problems
    again, _ = validate(Basket, document)
    assert again == first
    assert again and dump_yaml(again) == written


@given(TEXTS)
def test_other_yaml_readers_read_our_texts_alike(words: str) -> None:
    first = basket(title={"en": words})
    assert yaml.safe_load(dump_yaml(first))["title"] == first.title


def test_defaults_are_left_out_of_the_canonical_form() -> None:
    plain = basket()
    assert json.loads(canonical(plain)) == {
        "basket": "b",
        "title": BOTH,
        "fruit": [{"kind": "pear", "key": "p"}],
    }
    assert digest(plain) == digest(basket(is_full=False, title={"zh-Hans": "倾听", "en": "Listen "}))
    assert digest(plain) != digest(basket(is_full=True))


def test_a_text_is_the_same_however_its_lines_end() -> None:
    assert digest(basket(note={"en": "One\r\ntwo\r\n"})) == digest(basket(note={"en": "One\ntwo"}))


@pytest.mark.parametrize("words", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_characters_that_cannot_be_kept_are_refused(words: str) -> None:
    _, problems = validate(Basket, Document("b.yaml", {"basket": "b", "title": {"en": words}, "fruit": []}))
    assert str(problems[0]).startswith("b.yaml:1: title.en: The character U+")


def test_moments_keep_their_seconds() -> None:
    assert "sold_at: 2027-06-30T09:00:05\n" in dump_yaml(basket(sold_at="2027-06-30 09:00:05.25"))


def test_days_and_numbers_are_exact() -> None:
    definition = basket(picked_on="2027-06-30", fruit=[{"kind": "pear", "key": "p", "weight": 0.1}])
    assert definition.picked_on == date(2027, 6, 30)
    assert definition.fruit[0].weight == Decimal("0.1")  # type: ignore[union-attr]


def test_the_schema_is_closed_and_marks_markdown() -> None:
    schema = Basket.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    assert "text/markdown" in json.dumps(schema["properties"]["note"])
    assert "text/markdown" not in json.dumps(schema["properties"]["title"])


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def test_a_pack_is_read_by_kind(tmp_path: Path) -> None:
    root = write(tmp_path / "north", {
        "courses/pack.yaml": "pack: bundled\ndefault_language: zh-Hans\n",
        "courses/paths.yaml": "paths: []\n",
        "courses/certifications.yaml": "certifications: []\n",
        "courses/listening/course.yaml": "course: listening\n",
        "courses/listening/lessons/first.zh-Hans.md": b"\xef\xbb\xbf# \xe5\x90\xac\r\n",
        "courses/listening/media/face.png": PNG,
        "courses/listening/.notes": "kept to myself",
        "question_bank/lscat.yaml": "topic: lscat\n",
        "question_bank/exams/e.yaml": "exam: e\n",
        "question_bank/scenarios/s.yaml": "scenario: s\n",
        "question_bank/frameworks/f.yaml": "framework: f\n",
        "question_bank/media/voice.ogg": b"OggS" + bytes(9),
    })  # fmt: skip
    pack = read_pack(root)
    assert (pack.name, pack.default_language, pack.problems) == ("bundled", "zh-Hans", ())
    assert sorted(pack.documents) == [
        "certifications", "course", "exam", "framework", "paths", "scenario", "topic",
    ]  # fmt: skip
    assert [(f.course, f.lesson, f.language, f.text) for f in pack.lessons] == [
        ("listening", "first", "zh-Hans", "# 听\n")
    ]
    assert [(f.owner, f.name, f.media_type) for f in pack.media] == [
        ("listening", "face.png", "image/png"),
        (None, "voice.ogg", "audio/ogg"),
    ]


def test_a_pack_without_its_own_name_takes_the_folders(tmp_path: Path) -> None:
    root = write(tmp_path / "north", {"question_bank/a.yaml": "topic: a\n"})
    assert read_pack(root).name == "north"


def test_what_does_not_belong_into_a_pack_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, {
        "courses/notes.txt": "x",
        "courses/c/lessons/first.md": "x",
        "courses/c/lessons/second.en.md": b"good\nbad \xff\n",
        "courses/c/media/run.png": b"MZ not a picture",
        "courses/c/media/big.png": PNG + bytes(5 * 1024 * 1024),
        "question_bank/t.yml": "topic: t",
        "question_bank/u.yaml": "a: 1\na: 2\n",
    })  # fmt: skip
    place = root.as_posix()
    assert [str(problem) for problem in read_pack(root).problems] == [
        f"{place}/courses/c/lessons/first.md:1: Name the language before .md, as in listen.en.md or listen.zh-Hans.md.",
        f"{place}/courses/c/lessons/second.en.md:2: The file is not UTF-8 from here on; save it as UTF-8.",
        f"{place}/courses/c/media/big.png:1: The file is larger than 5 MB; make it smaller.",
        f"{place}/courses/c/media/run.png:1: This is not a picture (PNG, JPEG, GIF, WebP) nor a recording "
        "(MP3, Ogg, WAV).",
        f"{place}/courses/notes.txt:1: This file has no place here; see the content format, or take it away.",
        f"{place}/question_bank/t.yml:1: This file has no place here; see the content format, or take it away.",
        f"{place}/question_bank/u.yaml:2: a: This key stands here already, on line 1; keep one.",
    ]


def test_a_folder_without_content_says_so(tmp_path: Path) -> None:
    assert [str(problem) for problem in read_pack(tmp_path).problems] == [
        f"{tmp_path.as_posix()}:1: There is no folder courses and no folder question_bank here."
    ]


def test_the_pair_of_folders_is_one_pack() -> None:
    given_folders = [Path("courses"), Path("question_bank"), Path("/srv/north/courses"), Path("/srv/south")]
    assert pack_folders(given_folders) == [Path(), Path("/srv/north"), Path("/srv/south")]


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF0000WEBP", "image/webp"),
        (b"RIFF0000WAVE", "audio/wav"),
        (b"RIFF0000AVI ", None),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"<svg onload='x'>", None),
        (b"", None),
    ],
)
def test_media_types_are_told_by_content(raw: bytes, media_type: str | None) -> None:
    assert media_type_of(raw) == media_type
