"""Pictures and recordings that trainers bring: believed by content, kept for ever, shown as they were to each result."""

import hashlib
import io
import struct
import wave
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import packs
from lms.assessment import queries_results, service
from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.content import MOST_MEDIA_BYTES, MOST_MEDIA_MEGABYTES
from lms.core.database import db, unit_of_work
from lms.core.markdown import render
from lms.core.media import MediaFile
from lms.core.pictures import PictureSize, picture_size
from lms.question_bank import queries
from lms.question_bank.uploads import Upload, free_name, media_type_for, placed, tidy_name
from tests import factories
from tests import factories_assessment as make
from tests.forms_sent import sent

FEELING = "/author/items/every-type-emotion/edit"
SINGLE = "/author/items/every-type-single/edit"
ALT = {"alt.en": "A man with a torn parcel", "alt.zh-Hans": "一位男士拿着破损的包裹"}


def png(colour: int = 0, width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes([colour, 0, 0]) * 2 for _ in range(2))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav() -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(b"\x80" * 80)
    return kept.getvalue()


def gif(screen: tuple[int, int], *frames: tuple[int, int, int, int]) -> bytes:
    """With a table of colours, a word and each frame: left, top, width, height."""
    drawn = b"".join(
        b"," + struct.pack("<HHHH", *frame) + b"\0\x02\x02\x4c\x01\0" for frame in frames or [(0, 0, *screen)]
    )
    return b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0" + b"\0" * 6 + b"!\xfe\x02hi\0" + drawn + b";"


def mp3(words: bytes = b"") -> bytes:
    told = b"ID3\x03\0\0" + bytes([0, 0, len(words) >> 7, len(words) & 127]) + words if words else b""
    return told + b"\xff\xfb\x90\x00" + b"\0" * 413


def ogg(codec: bytes) -> bytes:
    return b"OggS\0\x02" + b"\0" * 20 + b"\x01\x1e" + codec + b"\0" * 60


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
    + b"\0" * 9
    + b"\xff\xc0\x00\x0b\x08"
    + struct.pack(">HH", 30, 40)
    + b"\1\1\x11\0\xff\xda\x00\x08\1\1\0\0?\0\x7f\xff\xd9"
)


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient], app: Flask) -> FlaskClient:
    with app.app_context(), unit_of_work():
        make.every_type()
    return sign_in(Role.TRAINER)


def bring(page: FlaskClient, address: str, slot: str, raw: bytes, name: str = "Photo 1.PNG", **changes: Any) -> Any:
    """Open the form, choose a file, change some fields, press a button (Save unless ``do`` says otherwise)."""
    form = {**sent(page.get(address).text), "do": "", **changes, f"file.{slot}": (io.BytesIO(raw), name)}
    return page.post(address, data=form, content_type="multipart/form-data")


def stored(app: Flask, key: str = "every-type-emotion") -> queries.StoredItem:
    with app.app_context():
        return queries.authored_item(key).stored


def files(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {row.name: row.content_type for row in db.session.scalars(select(MediaFile))}


# ---- bringing one ------------------------------------------------------------------------


def test_a_picture_is_brought_saved_and_served(app: Flask, trainer: FlaskClient) -> None:
    assert bring(trainer, FEELING, "image", png(), **ALT).status_code == 303
    item = stored(app)
    assert (item.number, item.definition.image) == (2, "photo-1.png")  # type: ignore[union-attr]
    address = f"/media/{item.media['photo-1.png']}"
    text = trainer.get("/author/items/every-type-emotion").text
    assert f'src="{address}"' in text and 'alt="A man with a torn parcel"' in text
    answer = trainer.get(address)
    assert (answer.data, answer.mimetype) == (png(), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with app.app_context():
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "media.add"))
    assert (entry.subject, entry.details["type"], entry.details["size"]) == (
        "media:photo-1.png",
        "image/png",
        len(png()),
    )
    assert app.test_client().get(address).status_code in (302, 401)


def test_a_recording_is_played_beside_what_is_said(app: Flask, trainer: FlaskClient) -> None:
    words = {"transcript.en": "Nobody called me, again!", "transcript.zh-Hans": "又没有人给我回电话！"}
    assert bring(trainer, FEELING, "audio", wav(), "呼叫.wav", **words).status_code == 303
    assert files(app) == {"呼叫.wav": "audio/wav"}
    text = trainer.get("/author/items/every-type-emotion").text
    assert "<audio controls" in text and "Nobody called me, again!" in text


@pytest.mark.parametrize(
    ("slot", "raw", "name", "said"),
    [
        ("image", SVG, "logo.png", "SVG is not taken"),
        ("image", SVG, "logo.svg", "SVG is not taken"),
        ("image", b"MZ\x90\0" + b"\0" * 90, "photo.jpg", "not a picture"),
        ("image", wav(), "photo.png", "not a picture"),
        ("image", png()[:40], "photo.png", "cut off"),
        ("image", b"GIF89a<script>"[:9], "photo.gif", "cut off"),
        ("image", png(width=9000, height=9000), "photo.png", "9000 × 9000 pixels; at most 40,000,000 can"),
        ("image", b"", "photo.png", "The file is empty"),
        ("image", png() + b"\0" * MOST_MEDIA_BYTES, "photo.png", f"larger than {MOST_MEDIA_MEGABYTES} MB"),
        ("image", gif((1, 1), (0, 0, 1, 1), (0, 0, 65_535, 65_535)), "photo.gif", "65535 × 65535 pixels"),
        ("image", b"\xff\xd8\xff\xd0\xff\xc0\x00\x0b\x08" + JPEG[2:] * 900, "photo.jpg", "not a picture"),
        ("image", JPEG[:-2], "photo.jpg", "cut off"),
        ("audio", png(), "voice.mp3", "not a recording"),
        ("audio", b"ID3 is what my notes begin with", "voice.mp3", "holds no sound"),
        ("audio", b"\xff\xfb", "voice.mp3", "holds no sound"),
        ("audio", mp3(b"words" * 90)[:200], "voice.mp3", "holds no sound"),
        ("audio", ogg(b"\x80theora"), "film.ogg", "holds no sound"),
        ("audio", wav()[:44], "voice.wav", "holds no sound"),
        ("audio", b"hello", "voice.mp3", "not a recording"),
    ],
    ids=lambda value: value if isinstance(value, str) else "raw",
)
def test_a_file_is_believed_by_its_content(
    app: Flask, trainer: FlaskClient, slot: str, raw: bytes, name: str, said: str
) -> None:
    answer = bring(trainer, FEELING, slot, raw, name, **{"utterance.en": "Typed before the file"})
    assert answer.status_code == 422
    assert said in answer.text and f'href="#{slot}"' in answer.text
    assert "Typed before the file" in answer.text
    assert (files(app), stored(app).number) == ({}, 1)


def test_a_file_is_not_lost_when_something_else_is_to_be_mended(app: Flask, trainer: FlaskClient) -> None:
    answer = bring(trainer, FEELING, "image", png(), **{"alt.en": "", "alt.zh-Hans": ""})
    assert answer.status_code == 422 and "add “alt”" in answer.text
    assert 'name="image" value="photo-1.png"' in answer.text
    again = trainer.post(FEELING, data={**sent(answer.text), **ALT, "do": ""})
    assert again.status_code == 303 and stored(app).media.keys() == {"photo-1.png"}


def test_a_file_is_not_lost_when_somebody_else_saved_meanwhile(app: Flask, trainer: FlaskClient) -> None:
    mine = {**sent(trainer.get(FEELING).text), **ALT, "do": "", "file.image": (io.BytesIO(png()), "mine.png")}
    other = {**sent(trainer.get(FEELING).text), "rationale.en": "Theirs", "do": ""}
    assert trainer.post(FEELING, data=other).status_code == 303
    answer = trainer.post(FEELING, data=mine, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert 'name="image" value="mine.png"' in answer.text and "Theirs" in answer.text


def test_bringing_in_saves_no_item_and_shows_the_picture(app: Flask, trainer: FlaskClient) -> None:
    answer = bring(trainer, FEELING, "image", png(), do="bring:image", **ALT)
    assert answer.status_code == 200 and stored(app).number == 1
    assert 'name="image" value="photo-1.png"' in answer.text and 'class="q-image"' in answer.text


def test_a_new_item_is_written_with_its_picture_in_one_go(app: Flask, trainer: FlaskClient) -> None:
    address = "/author/new-item?type=true-false&topic=every-type"
    words = {"stem.en": "It is torn.", "stem.zh-Hans": "它破了。", "answer": "true", "key": "torn-parcel"}
    alt = {"picture.en": "A [torn] parcel", "picture.zh-Hans": "破损的包裹"}
    answer = bring(trainer, address, "stem", png(), "torn.png", **words, **alt)
    assert answer.status_code == 303
    assert stored(app, "torn-parcel").definition.stem == {
        "en": "It is torn.\n\n![A (torn) parcel](media/torn.png)",
        "zh-Hans": "它破了。\n\n![破损的包裹](media/torn.png)",
    }
    text = trainer.get("/author/items/torn-parcel").text
    assert f'src="/media/{stored(app, "torn-parcel").media["torn.png"]}"' in text


def test_a_picture_in_a_question_needs_its_words_in_each_language(app: Flask, trainer: FlaskClient) -> None:
    answer = bring(trainer, SINGLE, "stem", png(), "torn.png", **{"picture.en": "A torn parcel"})
    assert answer.status_code == 422 and "has no words for those who cannot see it" in answer.text
    assert "![A torn parcel](media/torn.png)" in answer.text and "![](media/torn.png)" in answer.text


def test_a_question_without_feelings_takes_no_recording(app: Flask, trainer: FlaskClient) -> None:
    assert bring(trainer, SINGLE, "audio", wav(), "voice.wav").status_code == 303
    assert (files(app), stored(app, "every-type-single").number) == ({}, 1)


# ---- names and versions --------------------------------------------------------------------


def test_another_picture_is_another_version_under_another_name(app: Flask, trainer: FlaskClient) -> None:
    bring(trainer, FEELING, "image", png(1), **ALT)
    before = stored(app)
    bring(trainer, FEELING, "image", png(2))
    after = stored(app)
    assert (before.number, after.number) == (2, 3)
    assert (before.media.keys(), after.media.keys()) == ({"photo-1.png"}, {"photo-1-2.png"})
    assert trainer.get(f"/media/{before.media['photo-1.png']}").data == png(1)
    assert trainer.get(f"/media/{after.media['photo-1-2.png']}").data == png(2)


def test_the_same_content_is_kept_once_and_saved_again_changes_nothing(app: Flask, trainer: FlaskClient) -> None:
    bring(trainer, FEELING, "image", png(), **ALT)
    bring(trainer, FEELING, "image", png(), "Another name.png")
    assert files(app) == {"photo-1.png": "image/png"} and stored(app).number == 2


def test_a_content_whose_name_means_something_else_by_now_gets_a_name_of_its_own(
    app: Flask, trainer: FlaskClient
) -> None:
    with app.app_context(), unit_of_work():
        for number in (1, 2):  # two courses may each have a picture of this name
            db.session.add(
                MediaFile(
                    sha256=hashlib.sha256(png(number)).hexdigest(), name="same.png", content_type="image/png",
                    content=png(number), created_at=clock.now(),
                )
            )  # fmt: skip
            db.session.flush()
    assert bring(trainer, FEELING, "image", png(1), **ALT).status_code == 303
    item = stored(app)
    assert trainer.get(f"/media/{next(iter(item.media.values()))}").data == png(1)


def test_a_result_keeps_the_picture_it_was_shown(app: Flask, trainer: FlaskClient) -> None:
    bring(trainer, FEELING, "image", png(1), **ALT, **{"rationale.en": "See ![the face](media/photo-1.png)"})
    shown = stored(app).media["photo-1.png"]
    with app.app_context(), unit_of_work():
        make.exam(sections=[{"title": make.text("All"), "items": ["every-type-emotion"]}], show={"answers": "at-once"})
        learner = factories.person()
        attempt = make.attempt(learner)
        service.submit(attempt.id, learner, now=clock.now())
        attempt_id = attempt.id
    bring(trainer, FEELING, "image", png(2), **{"rationale.en": "Other reasons"})
    with app.app_context():
        (place,) = queries_results.result(learner, attempt_id, language="en", now=clock.now()).questions
    assert place.seen["image"]["url"] == f"/media/{shown}"
    assert f"](/media/{shown})" in place.rationale
    assert trainer.get(place.seen["image"]["url"]).data == png(1)


def test_files_written_out_and_loaded_again_give_the_same_digest(
    app: Flask, trainer: FlaskClient, tmp_path: Path
) -> None:
    from tests.conftest import empty_tables

    bring(trainer, FEELING, "image", png(1), "脸 部.png", **ALT)
    bring(trainer, FEELING, "audio", wav(), "voice.wav")
    bring(trainer, SINGLE, "stem", png(3), "torn.png", **{"picture.en": "Torn", "picture.zh-Hans": "破损"})
    keys = ("every-type-emotion", "every-type-single")
    with app.app_context():
        before = {key: queries.authored_item(key).sha256 for key in keys}
        packs.export(tmp_path / "first")
        db.session.remove()
        empty_tables()
        loaded = packs.load([tmp_path / "first"], take=None, actor=None, now=clock.now())
        assert loaded.report is not None, loaded.library.errors
        assert {key: queries.authored_item(key).sha256 for key in keys} == before
        assert db.session.scalar(select(func.count()).select_from(MediaFile)) == 3
        packs.export(tmp_path / "second")
    names = {str(path.relative_to(tmp_path / "first")) for path in (tmp_path / "first").rglob("*") if path.is_file()}
    assert {"question_bank/media/脸-部.png", "question_bank/media/voice.wav", "question_bank/media/torn.png"} <= names
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_picture_of_an_item_goes_with_its_topic(app: Flask, trainer: FlaskClient) -> None:
    bring(trainer, FEELING, "image", png(), **ALT)
    with app.app_context(), unit_of_work():
        make.topic("ours", 1, pack="own")
    assert trainer.post(FEELING, data={**sent(trainer.get(FEELING).text), "topic": "ours", "do": ""}).status_code == 303
    with app.app_context():
        assert (queries.media_in_use("own").keys(), queries.media_in_use("tests")) == ({"photo-1.png"}, {})


def test_an_item_that_is_called_new_can_be_opened(app: Flask, trainer: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        make.topic("odd", [make.item("new")])
    assert "What fits new?" in trainer.get("/author/items/new").text
    assert "What fits new?" in trainer.get("/author/items/new/edit").text


# ---- pure --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("Photo 1.PNG", "photo-1.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\pictures\\a b.jpeg", "a-b.png"),
        ("照片（新）.png", "照片-新.png"),
        ("...", "picture.png"),
        ("", "picture.png"),
        ("x" * 300, "x" * 60 + ".png"),
        ('"><script>.png', "script.png"),
    ],
)
def test_a_name_is_made_of_letters_and_digits(wish: str, name: str) -> None:
    assert tidy_name(wish, "image/png") == name


def test_a_taken_name_gets_a_number() -> None:
    assert free_name("a.png", {"b.png"}) == "a.png"
    assert free_name("a.png", {"A.PNG", "a-2.png"}) == "a-3.png"


def test_a_picture_comes_to_the_end_of_the_question_in_the_languages_it_has() -> None:
    made = placed(
        {"stem.en": "Look.\r\n", "picture.en": "x", "stem.zh-Hans": "", "picture.zh-Hans": ""}, "stem", "a.png"
    )
    assert made == {"stem.en": "Look.\n\n![x](media/a.png)", "stem.zh-Hans": ""}


def test_pictures_say_how_large_they_are() -> None:
    assert picture_size(png(width=3, height=5), "image/png") == PictureSize(3, 5)
    assert picture_size(gif((7, 9)), "image/gif") == PictureSize(7, 9)
    assert picture_size(JPEG, "image/jpeg") == PictureSize(40, 30)
    head = b"RIFF\0\0\0\0WEBP"
    assert picture_size(head + b"VP8X" + b"\0" * 8 + b"\x01\0\0\x02\0\0", "image/webp") == PictureSize(2, 3)
    lossless = (9 | 19 << 14).to_bytes(4, "little")
    assert picture_size(head + b"VP8L\0\0\0\0\x2f" + lossless, "image/webp") == PictureSize(10, 20)
    lossy = head + b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 11, 12)
    assert picture_size(lossy, "image/webp") == PictureSize(11, 12)
    for raw in (JPEG, png(), lossy, gif((7, 9), (0, 0, 7, 9), (1, 1, 2, 2))):
        kind = {b"\xff": "image/jpeg", b"\x89": "image/png", b"R": "image/webp", b"G": "image/gif"}[raw[:1]]
        for end in range(len(raw) - 4):
            assert picture_size(raw[:end], kind) in (None, picture_size(raw, kind))


@pytest.mark.parametrize("raw", [mp3(), mp3(b"words" * 90), ogg(b"OpusHead"), ogg(b"\x01vorbis"), wav()])
def test_sound_is_taken(raw: bytes) -> None:
    kind = media_type_for(Upload("audio", "voice", raw))
    assert isinstance(kind, str) and kind.startswith("audio/")


@pytest.mark.parametrize("words", ["a [b] c", "C:\\", "\\]", "![x](media/other.png)", "![", "`", "\n\n# x"])
def test_a_picture_is_there_whatever_its_words(words: str) -> None:
    question = placed({"stem.en": "Look.", "picture.en": words}, "stem", "a.png")["stem.en"]
    assert render(question).count('<img src="media/a.png"') == 1
    assert render(question).count("<img") == 1
