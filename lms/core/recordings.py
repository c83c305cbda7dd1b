"""Whether a file that begins like a recording holds sound, as far as its own bytes say so (pure)."""

CODECS = (b"\x01vorbis", b"OpusHead", b"Speex   ", b"\x7fFLAC")
"""What the first page of an Ogg file with sound says it holds; others hold films."""

_LOOKED_AT = 8192
"""Bytes behind the words of an MP3 in which its first frame has to begin."""


def has_sound(raw: bytes, media_type: str) -> bool:
    """Whether there is sound in a recording of that type."""
    match media_type:
        case "audio/wav":
            start = raw.find(b"data", 12)
            return b"fmt " in raw[12:start] and any(raw[start + 4 : start + 8]) and len(raw) > start + 8
        case "audio/ogg":
            return any(codec in raw[:100] for codec in CODECS)
        case "audio/mpeg":
            start = _behind_words(raw)
            return any(_begins_frame(raw[at : at + 4]) for at in range(start, min(start + _LOOKED_AT, len(raw) - 3)))
    return False


def _behind_words(raw: bytes) -> int:
    """Where the title and other words end that may stand at the beginning; their length is told in sevens of bits."""
    if not raw.startswith(b"ID3"):
        return 0
    high, upper, lower, low = raw[6:10].ljust(4, b"\0")
    return 10 + (high << 21 | upper << 14 | lower << 7 | low)


def _begins_frame(head: bytes) -> bool:
    """Eleven bits that are set, then a version, a layer, a rate of bits and one of samples that exist."""
    is_marked = head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return (
        is_marked and head[1] & 0x18 != 0x08 and head[1] & 0x06 != 0 and head[2] >> 4 != 15 and head[2] & 0x0C != 0x0C
    )
