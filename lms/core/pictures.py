"""How large a picture is, read from its own bytes (pure): what cannot say so is none, or was cut off."""

import struct
from dataclasses import dataclass

MOST_PIXELS = 40_000_000
"""A picture unpacked in a browser takes four bytes for each."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def picture_size(raw: bytes, media_type: str) -> PictureSize | None:
    """The size a picture of that type states; None where it states none."""
    reading = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}.get(media_type)
    try:
        size = reading(raw) if reading else None
    except (struct.error, IndexError):  # it ends before it says so
        return None
    return size if size is not None and size.pixels > 0 else None


def _png(raw: bytes) -> PictureSize | None:
    if raw[12:16] != b"IHDR" or b"IEND" not in raw[24:]:
        return None
    return PictureSize(*struct.unpack(">II", raw[16:24]))


def _gif(raw: bytes) -> PictureSize | None:
    """The screen, or what its frames need where one is larger than that: browsers make room for it."""
    width, height = struct.unpack("<HH", raw[6:10])
    at, has_frame = 13 + _gif_colours(raw[10]), False
    while at < len(raw) and raw[at] != _GIF_ENDS:
        if raw[at] == _GIF_FRAME:
            left, top, wide, high = struct.unpack("<HHHH", raw[at + 1 : at + 9])
            width, height, has_frame = max(width, left + wide), max(height, top + high), True
            at = _gif_blocks(raw, at + 11 + _gif_colours(raw[at + 9]))
        elif raw[at] == _GIF_EXTENSION:
            at = _gif_blocks(raw, at + 2)
        else:
            return None
    return PictureSize(width, height) if has_frame and at <= len(raw) else None


_GIF_FRAME, _GIF_EXTENSION, _GIF_ENDS = b",!;"


def _gif_colours(flags: int) -> int:
    """The bytes of a table of colours; none without one."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks(raw: bytes, at: int) -> int:
    """Where a row of blocks ends: each tells its length, the last one none."""
    while length := raw[at]:
        at += 1 + length
    return at + 1


def _jpeg(raw: bytes) -> PictureSize | None:
    """Segments follow each other with their lengths until the one that starts a frame; marks without a length have no
    place before it. What lacks its end was cut off."""
    at = 2
    while raw[at] == 0xFF:
        marker = raw[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker <= 0x01 or 0xD0 <= marker <= 0xD9:
            return None
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return PictureSize(width, height) if b"\xff\xd9" in raw[at:] else None
        (length,) = struct.unpack(">H", raw[at + 2 : at + 4])
        at += 2 + length
    return None


def _webp(raw: bytes) -> PictureSize | None:
    match raw[12:16]:
        case b"VP8X":
            return PictureSize(*(int.from_bytes(raw[at : at + 3], "little") + 1 for at in (24, 27)))
        case b"VP8L":
            bits = int.from_bytes(raw[21:25], "little")
            return PictureSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 " if raw[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", raw[26:30])
            return PictureSize(width & 0x3FFF, height & 0x3FFF)
    return None
