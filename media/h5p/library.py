"""Libraries: how they are named, which ones a content needs and in what order, and which ones this player can run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from media.h5p.errors import Code, H5PError, Problem

if TYPE_CHECKING:  # schema needs LibraryName from here
    from media.h5p.schema import LibraryDescription

# The H5P core API the player implements, major and minor. h5p-standalone 3.8 carries core 1.28.
CORE_API = (1, 28)

# More problems than this help nobody.
MOST_PROBLEMS = 50

# H5P core, library.json: letters, digits, "_", "-" and "."; "$" is allowed in h5p.json's mainLibrary.
MACHINE_NAME = re.compile(r"[A-Za-z0-9_$][A-Za-z0-9_.$-]{0,254}")

_VERSION = r"(0|[1-9][0-9]{0,4})"
_NAMED = re.compile(rf"(?P<name>{MACHINE_NAME.pattern})[ -]{_VERSION}\.{_VERSION}")


@dataclass(frozen=True, slots=True, order=True)
class LibraryName:
    """A library as others ask for it: patches replace each other, other versions live side by side."""

    machine_name: str
    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> LibraryName:
        """Read "H5P.MultiChoice 1.16" (content.json) or "H5P.MultiChoice-1.16" (a folder). Raises ValueError."""
        found = _NAMED.fullmatch(text)
        if not found:
            raise ValueError("not the name of a library")
        return cls(found["name"], int(found[2]), int(found[3]))

    @property
    def folder(self) -> str:
        """The library's folder in a package."""
        return f"{self.machine_name}-{self.major}.{self.minor}"

    def __str__(self) -> str:
        return f"{self.machine_name} {self.major}.{self.minor}"


def safe_path(path: str) -> bool:
    """Does `path` stay inside the folder it is relative to, both as a file name and as a part of a web address?

    A browser takes "%2e%2e" for "..", so the path is judged as written and as a browser reads it.
    """
    for reading in (path, unquote(path)):
        if not reading.isprintable() or "\\" in reading or ":" in reading:
            return False
        if any(segment in ("", ".", "..") for segment in reading.split("/")):
            return False
    return True


def check_core(library: LibraryDescription, core: tuple[int, int] = CORE_API) -> Problem | None:
    """What is wrong if the library needs a newer H5P core than the player's. A library need not say what it needs."""
    if library.core_api is None or library.core_api <= core:
        return None
    wanted, have = (f"{major}.{minor}" for major, minor in (library.core_api, core))
    facts = {"library": str(library.name), "wanted": wanted, "have": have}
    return Problem(Code.CORE_TOO_NEW, f"{library.name.folder}/library.json", facts)


def newer(a: LibraryDescription, b: LibraryDescription) -> bool:
    """Is `a` a later patch than `b`, so that it may replace it? Raises ValueError if they are different libraries."""
    if a.name != b.name:
        raise ValueError("only patches of the same library can be compared")
    return a.patch > b.patch


def closure(
    main: LibraryName,
    known: Mapping[LibraryName, LibraryDescription],
    extra: Iterable[LibraryName] = (),
) -> list[LibraryName]:
    """Every library that must be loaded to run `main` and `extra`, each after those it needs.

    Only preloaded dependencies count: editor dependencies are for authors, and dynamic ones are chosen by the
    content, which names them in h5p.json's preloadedDependencies; hand those in as `extra`.
    Raises H5PError with MISSING_LIBRARY (once for each library) and CIRCULAR.
    """
    order: list[LibraryName] = []
    problems: list[Problem] = []
    done: set[LibraryName] = set()
    # The libraries being walked, each with what is left of its dependencies. A stack of our own instead of
    # recursion: the chain is as long as the package wants it to be.
    path: dict[LibraryName, Iterator[LibraryName]] = {}

    def enter(name: LibraryName, needed_by: str, where: str) -> None:
        if name in path:
            problems.append(Problem(Code.CIRCULAR, where, {"library": str(name)}))
        elif name in known:
            path[name] = iter(known[name].preloaded_dependencies)
        elif name not in done:
            done.add(name)
            facts = {"library": str(name), "needed_by": needed_by}
            problems.append(Problem(Code.MISSING_LIBRARY, where, facts))

    for root in (main, *extra):
        if root not in done:
            enter(root, "h5p.json", "h5p.json")
        while path and len(problems) < MOST_PROBLEMS:
            current = next(reversed(path))
            needed = next(path[current], None)
            if needed is None:
                del path[current]
                done.add(current)
                order.append(current)
            elif needed not in done:
                enter(needed, str(current), f"{current.folder}/library.json")
    if problems:
        raise H5PError(problems[:MOST_PROBLEMS])
    return order
