"""Small H5P packages for tests: a library of our own with one question, and content that uses it."""

import io
import json
from collections.abc import Mapping
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
    return data if isinstance(data, bytes) else json.dumps(data).encode()


def package(contents: Mapping[str, bytes] | None = None) -> io.BytesIO:
    """The files as a .h5p, ready to be read."""
    out = io.BytesIO()
    write_package(out, files() if contents is None else contents)
    out.seek(0)
    return out
