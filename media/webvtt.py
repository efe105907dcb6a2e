"""Captions, descriptions and chapters in the WebVTT form: read strictly, with every fault by its line.

Allowed beside plain text is what says something: bold, italic, underlined, who speaks and in which language. Styles,
regions and classes are not: how captions look is the reader's own to set.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

LARGEST = 1024 * 1024  # characters
MOST_CUES = 10_000
MOST_FAULTS = 10  # told at once

_TIME = r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?P<settings>(?:[ \t]+\S+)*)[ \t]*")
_SETTING = re.compile(r"(?:vertical|line|position|size|align):[\w.%,-]+")
_TAG = re.compile(r"<(/?)([^<>]*)>")
_SPAN = {"b": re.compile(r"b"), "i": re.compile(r"i"), "u": re.compile(r"u"), "v": re.compile(r"v [^<>&]+"),
         "lang": re.compile(r"lang [A-Za-z-]{2,20}")}  # fmt: skip
_CLOCK = re.compile(r"\d:\d\d")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
# A clock of an editor and the film's own differ by a little at the end.
_PAST_THE_END = 1.0


class Fault(StrEnum):
    """What is wrong on a line."""

    HEADER = "header"
    TOO_LARGE = "too-large"
    EMPTY = "empty"
    TIMING = "timing"
    BACKWARDS = "backwards"  # ends before it begins
    ORDER = "order"  # begins before the one above it
    PAST_END = "past-end"
    SETTING = "setting"
    MARKUP = "markup"
    NO_TEXT = "no-text"
    BLOCK = "block"  # STYLE or REGION
    LINE_BREAK = "line-break"  # a chapter's title on two lines


@dataclass(frozen=True, slots=True)
class FaultAt:
    line: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Cue:
    start: float
    end: float
    text: str


class WebVTTError(Exception):
    """The text cannot be used. `faults` say where and why, the first of them first."""

    def __init__(self, faults: list[FaultAt]) -> None:
        super().__init__(faults)
        self.faults = faults


def read_webvtt(text: str, *, seconds: float | None = None, chapters: bool = False) -> list[Cue]:
    """The cues, within a film of that length. Raises WebVTTError."""
    if len(text) > LARGEST:
        raise WebVTTError([FaultAt(1, Fault.TOO_LARGE)])
    lines = normal(text).split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t][^\n]*)?", lines[0]):
        raise WebVTTError([FaultAt(1, Fault.HEADER)])
    reader = _Reader(seconds, chapters)
    for number, block in _blocks(lines):
        reader.take(number, block)
    if not reader.cues and not reader.faults:
        reader.faults.append(FaultAt(len(lines), Fault.EMPTY))
    if reader.faults:
        raise WebVTTError(reader.faults[:MOST_FAULTS])
    return reader.cues


def normal(text: str) -> str:
    """As it is kept: without a byte order mark, with one kind of line break."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def plain(text: str) -> str:
    """The text of a cue without markup, on one line, for lists and for reading aloud."""
    bare = _TAG.sub("", text)
    for name, character in (("lt", "<"), ("gt", ">"), ("nbsp", " "), ("lrm", ""), ("rlm", ""), ("amp", "&")):
        bare = bare.replace(f"&{name};", character)
    return " ".join(bare.split())


def _blocks(lines: list[str]) -> Iterable[tuple[int, list[str]]]:
    """Lines that stand together, each block with the number of its first line. The header's own is left out."""
    block: list[str] = []
    begins, header = 1, True
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            begins = begins if block else number
            block.append(line)
        elif block:
            if not header:
                yield begins, block
            header, block = False, []


class _Reader:
    """Takes blocks in turn, and remembers what is wrong with them."""

    def __init__(self, seconds: float | None, chapters: bool) -> None:
        self.seconds = seconds
        self.chapters = chapters
        self.cues: list[Cue] = []
        self.faults: list[FaultAt] = []

    def take(self, number: int, block: list[str]) -> None:
        if len(self.faults) >= MOST_FAULTS:
            return
        first = block[0].split()[0]
        if first == "NOTE":
            return
        if first in ("STYLE", "REGION") and "-->" not in block[0]:
            self.faults.append(FaultAt(number, Fault.BLOCK))
            return
        named, first_line = block[0], number
        if "-->" not in named:  # a name of the cue, or a timing that is hardly one
            block, number = block[1:], number + 1
        found = _TIMING.fullmatch(block[0].strip()) if block else None
        if found is None:
            self.faults.append(FaultAt(first_line if _CLOCK.search(named) else number, Fault.TIMING))
            return
        if len(self.cues) >= MOST_CUES:
            self.faults.append(FaultAt(number, Fault.TOO_LARGE))
            return
        text = "\n".join(block[1:])
        cue = Cue(_seconds(found.groups()[:4]), _seconds(found.groups()[4:8]), text)
        self._check(number, cue, found["settings"].split())
        self.cues.append(cue)

    def _check(self, number: int, cue: Cue, settings: list[str]) -> None:
        def say(fault: Fault, line: int = number) -> None:
            self.faults.append(FaultAt(line, fault))

        if cue.end <= cue.start:
            say(Fault.BACKWARDS)
        if self.cues and cue.start < self.cues[-1].start:
            say(Fault.ORDER)
        if self.seconds is not None and cue.end > self.seconds + _PAST_THE_END:
            say(Fault.PAST_END)
        if not all(_SETTING.fullmatch(setting) for setting in settings):
            say(Fault.SETTING)
        if not plain(cue.text):
            say(Fault.NO_TEXT)
        if self.chapters and "\n" in cue.text:
            say(Fault.LINE_BREAK, number + 2)
        for at, line in enumerate(cue.text.split("\n"), start=1):
            if "-->" in line or (self.chapters and "<" in line):
                say(Fault.MARKUP, number + at)
                return
        if (wrong := _wrong_markup(cue.text)) is not None:
            say(Fault.MARKUP, number + 1 + cue.text[:wrong].count("\n"))


def _wrong_markup(text: str) -> int | None:
    """Where markup that is not allowed begins."""
    if found := _AMPERSAND.search(text):
        return found.start()
    left = _TAG.sub(lambda tag: " " * len(tag.group()), text)
    if "<" in left:
        return left.index("<")
    open_spans: list[str] = []
    for tag in _TAG.finditer(text):
        closing, inside = tag.groups()
        name = inside.split(" ")[0]
        if closing:
            if inside not in _SPAN or not open_spans or open_spans.pop() != inside:
                return tag.start()
        elif name not in _SPAN or not _SPAN[name].fullmatch(inside):
            return tag.start()
        else:
            open_spans.append(name)
    # Who speaks may stand for the whole cue.
    return None if open_spans in ([], ["v"]) else text.rindex("<")


def _seconds(parts: Iterable[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000
