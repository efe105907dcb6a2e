"""Films as files: what one is, told by what it holds and never by its name. Nothing is believed beyond the file's end.

Two forms that every browser plays: MP4 (ISO 14496-12, boxes) and WebM (EBML). Only headers are read, each bounded, so a
file of any size costs the same few reads.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

MP4 = "mp4"
WEBM = "webm"
TYPES = {MP4: "video/mp4", WEBM: "video/webm"}

LONGEST = 6 * 60 * 60  # seconds: past this the header lies, or it is no lesson
_LARGEST_HEADER = 64 * 1024 * 1024  # of all that describes an MP4; an hour needs a few MB
_MOST_BOXES = 10_000
# Films of cameras and editors that most browsers do not play, by the name of their coding in the file.
_UNPLAYABLE = {
    b"hvc1",
    b"hev1",
    b"dvh1",
    b"dvhe",
    b"mp4v",
    b"s263",
    b"mjp2",
    b"jpeg",
    b"apch",
    b"apcn",
    b"apcs",
    b"ap4h",
}


class FilmProblem(StrEnum):
    """Why a file is not taken."""

    UNKNOWN = "unknown"  # neither MP4 nor WebM
    QUICKTIME = "quicktime"
    MATROSKA = "matroska"
    BROKEN = "broken"  # headers that contradict themselves
    CUT = "cut"  # ends before its headers say it does
    NO_DURATION = "no-duration"
    TOO_LONG = "too-long"
    NO_TRACK = "no-track"
    CODING = "coding"  # a picture that most browsers cannot show


class FilmError(Exception):
    """The file is not a film that can be shown."""

    def __init__(self, problem: FilmProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Film:
    kind: str
    seconds: float
    has_picture: bool
    has_sound: bool


def read_film(file: BinaryIO) -> Film:
    """What the file is. Raises FilmError. The file is left at its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(12)
    try:
        if head[4:8] == b"ftyp":
            return _checked(MP4, _read_mp4(file, size))
        if head[:4] == b"\x1a\x45\xdf\xa3":
            return _checked(WEBM, _read_webm(file, size))
        # Of cameras and old editors: QuickTime without the box that says so.
        if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
            raise FilmError(FilmProblem.QUICKTIME)
        raise FilmError(FilmProblem.UNKNOWN)
    finally:
        file.seek(0)


@dataclass(slots=True)
class _Found:
    seconds: float = 0.0
    picture: bool = False
    sound: bool = False
    codings: set[bytes] = field(default_factory=set)


def _checked(kind: str, found: _Found) -> Film:
    if not found.picture and not found.sound:
        raise FilmError(FilmProblem.NO_TRACK)
    if found.codings & _UNPLAYABLE:
        raise FilmError(FilmProblem.CODING)
    if not found.seconds > 0:  # not a number is not above zero either
        raise FilmError(FilmProblem.NO_DURATION)
    if found.seconds > LONGEST:
        raise FilmError(FilmProblem.TOO_LONG)
    return Film(kind, round(found.seconds, 3), found.picture, found.sound)


def _read(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) < count:
        raise FilmError(FilmProblem.CUT)
    return found


# --- MP4 -------------------------------------------------------------------------------------------


def _read_mp4(file: BinaryIO, size: int) -> _Found:
    """The boxes at the top, each of which must end within the file; `moov` is read whole."""
    found, moov, media = _Found(), b"", False
    position = boxes = 0
    while position < size:
        boxes += 1
        if boxes > _MOST_BOXES:
            raise FilmError(FilmProblem.BROKEN)
        file.seek(position)
        if size - position < 8:
            raise FilmError(FilmProblem.CUT)
        length, name = struct.unpack(">I4s", _read(file, 8))
        header = 8
        if length == 1:
            (length,) = struct.unpack(">Q", _read(file, 8))
            header = 16
        elif length == 0:
            length = size - position
        if length < header:
            raise FilmError(FilmProblem.BROKEN)
        if position + length > size:
            raise FilmError(FilmProblem.CUT)
        if name == b"ftyp":
            _check_brand(_read(file, min(length - header, 1024)))
        elif name == b"moov" and not moov:
            if length > _LARGEST_HEADER:
                raise FilmError(FilmProblem.BROKEN)
            moov = _read(file, length - header)
        media = media or name == b"mdat"
        position += length
    if not moov or not media:
        raise FilmError(FilmProblem.CUT)
    _read_moov(moov, found)
    return found


def _check_brand(content: bytes) -> None:
    brands = {content[:4], *(content[at : at + 4] for at in range(8, len(content) - 3, 4))}
    if brands <= {b"qt  ", b"\x00\x00\x00\x00"}:
        raise FilmError(FilmProblem.QUICKTIME)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes inside one that was read whole."""
    position = 0
    for _count in range(_MOST_BOXES):
        if position + 8 > len(content):
            return
        length, name = struct.unpack_from(">I4s", content, position)
        if length == 0:
            length = len(content) - position
        if length < 8 or position + length > len(content):
            raise FilmError(FilmProblem.BROKEN)
        yield name, content[position + 8 : position + length]
        position += length
    raise FilmError(FilmProblem.BROKEN)


def _read_moov(moov: bytes, found: _Found) -> None:
    timescale = 0
    for name, content in _boxes(moov):
        if name == b"mvhd":
            timescale, duration = _header_times(content)
            found.seconds = duration / timescale if timescale else 0.0
        elif name == b"trak":
            _read_track(content, found)
    for name, content in _boxes(moov):
        if name == b"mvex" and not found.seconds and timescale:  # in fragments: the whole is told apart
            for inner, told in _boxes(content):
                if inner == b"mehd" and len(told) >= 8:
                    long = told[0] == 1 and len(told) >= 12
                    (duration,) = struct.unpack_from(">Q" if long else ">I", told, 4)
                    found.seconds = duration / timescale


def _header_times(content: bytes) -> tuple[int, int]:
    """Units in a second, and how many of them."""
    long = content[:1] == b"\x01"
    layout, at = (">IQ", 20) if long else (">II", 12)
    if len(content) < at + struct.calcsize(layout):
        raise FilmError(FilmProblem.BROKEN)
    timescale, duration = struct.unpack_from(layout, content, at)
    unknown = 2**64 - 1 if long else 2**32 - 1
    return timescale, 0 if duration == unknown else duration


def _read_track(trak: bytes, found: _Found) -> None:
    media = next((content for name, content in _boxes(trak) if name == b"mdia"), b"")
    parts = dict(_boxes(media))
    handler = parts.get(b"hdlr", b"")[8:12]
    found.picture = found.picture or handler == b"vide"
    found.sound = found.sound or handler == b"soun"
    if handler == b"vide":
        table = dict(_boxes(parts.get(b"minf", b""))).get(b"stbl", b"")
        description = dict(_boxes(table)).get(b"stsd", b"")
        found.codings.update(name for name, _content in _boxes(description[8:]))


# --- WebM ------------------------------------------------------------------------------------------

_DOC_TYPE, _SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x4282, 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_SCALE, _DURATION, _TRACK, _TRACK_KIND = 0x2AD7B1, 0x4489, 0xAE, 0x83
_UNKNOWN_SIZE = -1
_LARGEST_ELEMENT = 1024 * 1024  # of those that are read whole


def _read_webm(file: BinaryIO, size: int) -> _Found:
    _check_doc_type(file, size)
    name, length, start = _element(file)
    if name != _SEGMENT:
        raise FilmError(FilmProblem.BROKEN)
    end = size if length == _UNKNOWN_SIZE else start + length
    if end > size:
        raise FilmError(FilmProblem.CUT)
    found = _Found()
    seen: set[int] = set()
    for _count in range(_MOST_BOXES):
        if file.tell() >= end or {_INFO, _TRACKS, _CLUSTER} <= seen:
            break
        name, length, start = _element(file)
        seen.add(name)
        if name == _CLUSTER and length == _UNKNOWN_SIZE:
            break  # written as it was recorded; what describes it came before
        if length == _UNKNOWN_SIZE:
            raise FilmError(FilmProblem.BROKEN)
        if start + length > end:
            raise FilmError(FilmProblem.CUT)
        if name == _INFO:
            _read_info(_whole(file, length), found)
        elif name == _TRACKS:
            _read_tracks(_whole(file, length), found)
        file.seek(start + length)
    if _CLUSTER not in seen:
        raise FilmError(FilmProblem.CUT)
    return found


def _check_doc_type(file: BinaryIO, size: int) -> None:
    file.seek(0)
    _name, length, start = _element(file)
    if length == _UNKNOWN_SIZE or length > 1024 or start + length > size:
        raise FilmError(FilmProblem.BROKEN)
    told = dict(_elements(_read(file, length))).get(_DOC_TYPE, b"")
    if told.rstrip(b"\x00") == b"matroska":
        raise FilmError(FilmProblem.MATROSKA)
    if told.rstrip(b"\x00") != b"webm":
        raise FilmError(FilmProblem.UNKNOWN)


def _element(file: BinaryIO) -> tuple[int, int, int]:
    """Name, length (or _UNKNOWN_SIZE) and start of the element that begins here."""
    first = _read(file, 1)[0]
    width = 9 - first.bit_length()
    if not 1 <= width <= 4:
        raise FilmError(FilmProblem.BROKEN)
    name = int.from_bytes(bytes([first]) + _read(file, width - 1), "big")
    first = _read(file, 1)[0]
    width = 9 - first.bit_length()
    if width > 8:
        raise FilmError(FilmProblem.BROKEN)
    told = int.from_bytes(bytes([first]) + _read(file, width - 1), "big")
    length = told & ((1 << 7 * width) - 1)
    unknown = length == (1 << 7 * width) - 1
    return name, _UNKNOWN_SIZE if unknown else length, file.tell()


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements inside one that was read whole."""
    inside = io.BytesIO(content)
    for _count in range(_MOST_BOXES):
        if inside.tell() >= len(content):
            return
        name, length, start = _element(inside)
        if length == _UNKNOWN_SIZE or start + length > len(content):
            raise FilmError(FilmProblem.BROKEN)
        yield name, content[start : start + length]
        inside.seek(start + length)
    raise FilmError(FilmProblem.BROKEN)


def _whole(file: BinaryIO, length: int) -> bytes:
    if length > _LARGEST_ELEMENT:
        raise FilmError(FilmProblem.BROKEN)
    return _read(file, length)


def _read_info(content: bytes, found: _Found) -> None:
    told = dict(_elements(content))
    scale = int.from_bytes(told.get(_SCALE, b"")[:8], "big") or 1_000_000
    duration = told.get(_DURATION, b"")
    if len(duration) in (4, 8):
        (units,) = struct.unpack(">f" if len(duration) == 4 else ">d", duration)
        found.seconds = units * scale / 1_000_000_000


def _read_tracks(content: bytes, found: _Found) -> None:
    for name, track in _elements(content):
        if name == _TRACK:
            kind = int.from_bytes(dict(_elements(track)).get(_TRACK_KIND, b"")[:8], "big")
            found.picture = found.picture or kind == 1
            found.sound = found.sound or kind == 2
