"""Small H5P packages for tests: a library of our own with one question, and content that uses it."""

import io
import json
import random
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from media.h5p.building import write_package

MAIN = "H5P.HandlekraftQuestion-1.0"
HELPER = "HandlekraftShared-2.1"

SEMANTICS: list[dict[str, Any]] = [
    {"name": "question", "type": "text", "label": "Question"},
    {"name": "right", "type": "number", "label": "Which answer is right", "min": 0, "max": 9},
    {
        "name": "answers",
        "type": "list",
        "label": "Answers",
        "min": 2,
        "max": 10,
        "entity": "answer",
        "field": {"name": "answer", "type": "text", "label": "Answer"},
    },
    {"name": "picture", "type": "image", "label": "Picture", "optional": True},
]
CONTENT: dict[str, Any] = {"question": "Hva gjør du først?", "right": 1, "answers": ["Ringer hjem", "Drøfter saken"]}


def library(name: str, version: tuple[int, int, int], **more: Any) -> dict[str, Any]:
    """A library.json."""
    major, minor, patch = version
    described = {
        "title": name,
        "machineName": name,
        "majorVersion": major,
        "minorVersion": minor,
        "patchVersion": patch,
        "runnable": 0,
    }
    return described | more


def needs(name: str, major: int, minor: int) -> dict[str, Any]:
    """A dependency, as h5p.json and library.json list them."""
    return {"machineName": name, "majorVersion": major, "minorVersion": minor}


def description(**more: Any) -> dict[str, Any]:
    """An h5p.json."""
    described = {
        "title": "Første samtale",
        "language": "nb",
        "mainLibrary": "H5P.HandlekraftQuestion",
        "embedTypes": ["div"],
        "license": "CC BY",
        "authors": [{"name": "Trine Solheim", "role": "Author"}],
        "preloadedDependencies": [needs("H5P.HandlekraftQuestion", 1, 0), needs("HandlekraftShared", 2, 1)],
    }
    return described | more


def files(**changed: Any) -> dict[str, bytes]:
    """Name → bytes of a package that is right. A changed file is given by name: None takes it away."""
    made: dict[str, Any] = {
        "h5p.json": description(),
        "content/content.json": CONTENT,
        f"{MAIN}/library.json": library(
            "H5P.HandlekraftQuestion",
            (1, 0, 3),
            runnable=1,
            coreApi={"majorVersion": 1, "minorVersion": 24},
            preloadedJs=[{"path": "question.js"}],
            preloadedCss=[{"path": "question.css"}],
            preloadedDependencies=[needs("HandlekraftShared", 2, 1)],
        ),
        f"{MAIN}/semantics.json": SEMANTICS,
        f"{MAIN}/question.js": b"// shows the question\n",
        f"{MAIN}/question.css": b".h5p-question { color: inherit }\n",
        f"{HELPER}/library.json": library("HandlekraftShared", (2, 1, 0), preloadedJs=[{"path": "shared.js"}]),
        f"{HELPER}/shared.js": b"// what questions share\n",
    }
    made |= changed
    return {name: as_bytes(data) for name, data in made.items() if data is not None}


def as_bytes(data: Any) -> bytes:
    return data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()


def package(contents: Mapping[str, bytes] | None = None) -> io.BytesIO:
    """The files as a .h5p, ready to be read."""
    out = io.BytesIO()
    write_package(out, files() if contents is None else contents)
    out.seek(0)
    return out


# --- packages that can be played --------------------------------------------------------------------

LIBRARIES = Path(__file__).parent / "h5p_libraries"
HOSTILE = "H5P.HandlekraftHostile-1.0"
GREETING = Path(__file__).parents[1] / "node_modules" / "h5p-cli" / "libraries" / "H5P.GreetingCard-1.0"


def folder(path: Path) -> dict[str, bytes]:
    """The files of a library, as they lie in a package."""
    return {f"{path.name}/{file.relative_to(path)}": file.read_bytes() for file in path.rglob("*") if file.is_file()}


def playable_package(**content: Any) -> io.BytesIO:
    """A question that can be answered: our own library, with what it needs, and the picture that its content names."""
    return package(_playable_files(content))


def _playable_files(content: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    told = {"h5p.json": description(), "content/content.json": CONTENT | dict(content or {})}
    made = {name: as_bytes(data) for name, data in (told | {f"{MAIN}/semantics.json": SEMANTICS}).items()}
    if content and content.get("picture"):
        made[f"content/{content['picture']['path']}"] = picture()
    return folder(LIBRARIES / MAIN) | folder(LIBRARIES / HELPER) | made


def picture() -> bytes:
    """A PNG: one plum pixel."""
    chunks = (
        (b"IHDR", struct.pack(">2I5B", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x77\x40\x6b")),
        (b"IEND", b""),
    )
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def hostile_package(**content: Any) -> io.BytesIO:
    """A library that tries every way out of its frame; its semantics.json says what `content` there is."""
    told = description(
        title="Prøve av rammen", mainLibrary="H5P.HandlekraftHostile",
        preloadedDependencies=[needs("H5P.HandlekraftHostile", 1, 0)],
    )  # fmt: skip
    made = {"h5p.json": told, "content/content.json": {"leave": [], "garbage": False, **content}}
    return package({**folder(LIBRARIES / HOSTILE), **{name: as_bytes(data) for name, data in made.items()}})


def hostile_attempts() -> list[str]:
    """The names of all that it tries, in its own order."""
    source = (LIBRARIES / HOSTILE / "attempts.js").read_text()
    return re.findall(r'^    "([^"]+)": \(\) =>', source, re.MULTILINE)


def greeting_card_package() -> io.BytesIO:
    """A library that somebody else wrote: the one that h5p-cli brings."""
    told = description(
        title="Hilsen", mainLibrary="H5P.GreetingCard", preloadedDependencies=[needs("H5P.GreetingCard", 1, 0)]
    )
    made = {"h5p.json": told, "content/content.json": {"greeting": "<strong>Hei</strong>, æøå"}}
    return package({**folder(GREETING), **{name: as_bytes(data) for name, data in made.items()}})


class _Noise(Mapping[str, bytes]):
    """Files of a package, of which the films and the pictures are made when they are asked for."""

    SIZE = 5 * 1024 * 1024

    def __init__(self, files: Mapping[str, bytes], made: int) -> None:
        self.files = files
        kinds = ("videos/{}.mp4", "images/{}.jpg")
        self.made = {f"content/{kinds[number % 2].format(number)}": number for number in range(made)}

    def __getitem__(self, name: str) -> bytes:
        if name in self.made:
            return random.Random(self.made[name]).randbytes(self.SIZE)
        return self.files[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self.files, *self.made])

    def __len__(self) -> int:
        return len(self.files) + len(self.made)


def large_package(path: Path, megabytes: int = 50) -> None:
    """A package of so many megabytes, in fives, that cannot be packed smaller. The same bytes every time."""
    with path.open("wb") as out:
        write_package(out, _Noise(_playable_files(), megabytes * 1024 * 1024 // _Noise.SIZE))
