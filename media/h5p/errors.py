"""What can be wrong with an H5P package, told so that a program can translate it and a person can act on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Code(StrEnum):
    """Every kind of problem. A platform has one sentence for each; `Problem.facts` fills its places."""

    # The archive
    NOT_AN_ARCHIVE = "not-an-archive"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    PACKAGE_TOO_LARGE = "package-too-large"  # limit, in bytes
    FILE_TOO_LARGE = "file-too-large"  # limit, in bytes
    UNPACKED_TOO_LARGE = "unpacked-too-large"  # limit, in bytes
    TOO_MANY_FILES = "too-many-files"  # limit
    COMPRESSED_TOO_HARD = "compressed-too-hard"  # limit, times
    UNSAFE_NAME = "unsafe-name"
    SAME_NAME_TWICE = "same-name-twice"
    NOT_A_FILE = "not-a-file"  # a link or a device
    KIND_NOT_ALLOWED = "kind-not-allowed"  # kind: the extension
    # The descriptions
    MISSING_FILE = "missing-file"
    NOT_JSON = "not-json"
    MISSING_FIELD = "missing-field"  # field
    WRONG_FIELD = "wrong-field"  # field, wanted
    # Libraries
    FOLDER_IS_NOT_LIBRARY = "folder-is-not-library"  # library
    CORE_TOO_NEW = "core-too-new"  # library, wanted, have
    MISSING_LIBRARY = "missing-library"  # library, needed_by
    CIRCULAR = "circular"  # library
    NOT_RUNNABLE = "not-runnable"  # library
    # Content
    WRONG_VALUE = "wrong-value"  # field, wanted
    MISSING_VALUE = "missing-value"  # field
    UNUSUAL_VALUE = "unusual-value"  # field, wanted
    NOT_IN_SEMANTICS = "not-in-semantics"  # field


TOLERATED = frozenset({Code.MISSING_VALUE, Code.UNUSUAL_VALUE, Code.NOT_IN_SEMANTICS})
"""What the H5P core shows all the same, having mended it without a word: the author is told, and it is taken in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `where` is a path inside the package, and what inside it after `#`."""

    code: Code
    where: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return ": ".join(part for part in (self.where, str(self.code)) if part) + (f" ({said})" if said else "")


class H5PError(Exception):
    """The package cannot be used. `problems` tells why: at least one, in the order they were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, problems)))
