"""The two descriptions in a package, read into types: h5p.json (the content) and library.json (a library).

Source of the rules: H5P specification, h5p.json and library.json, and the checks that the H5P core does on upload.
Fields that are not in the specification are ignored, and null is the same as not there.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from media.h5p.errors import Code, H5PError, Problem
from media.h5p.library import MACHINE_NAME, MOST_PROBLEMS, LibraryName, safe_path

# Levels of lists and objects in one file. Real content with libraries in libraries stays below 60.
JSON_DEPTH = 200

TITLE_LENGTH = 255
LONG_TEXT_LENGTH = 5000  # licenseExtras, authorComments and the text of a change
EMBED_TYPES = frozenset({"div", "iframe"})
LICENSES = frozenset({
    "CC BY", "CC BY-SA", "CC BY-ND", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-ND", "CC0 1.0", "CC PDM",
    "GNU GPL", "PD", "ODC PDDL", "U", "C",
})  # fmt: skip

_ANYTHING = re.compile(r"[^\x00]*")
_LANGUAGE = re.compile(r"[-a-zA-Z]{1,10}")
_MAIN_LIBRARY = re.compile(r"[$a-zA-Z_][0-9a-zA-Z_.$]{1,254}")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00]+")
_DIGITS = re.compile(r"[0-9]{1,5}")
_MOST = 99_999  # five digits, as the H5P core allows in a version

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Author:
    """Someone to be credited. The role is a word such as "Author", "Editor", "Licensee" or "Originator"."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history that the author kept. The date is free text, as written by the editor."""

    date: str
    author: str
    log: str


@dataclass(frozen=True, slots=True)
class H5PDescription:
    """h5p.json: what the content is called, who made it, and which libraries it runs on.

    `main` is the library that shows the content, in the version that preloadedDependencies name.
    Texts that are not given are empty, years that are not given are None.
    """

    title: str
    language: str
    main: LibraryName
    preloaded_dependencies: tuple[LibraryName, ...]
    dynamic_dependencies: tuple[LibraryName, ...]
    editor_dependencies: tuple[LibraryName, ...]
    embed_types: tuple[str, ...]
    authors: tuple[Author, ...]
    source: str
    license: str
    license_version: str
    license_extras: str
    year_from: int | None
    year_to: int | None
    changes: tuple[Change, ...]
    author_comments: str

    @property
    def main_library(self) -> str:
        """The machine name of the main library, as h5p.json has it."""
        return self.main.machine_name


@dataclass(frozen=True, slots=True)
class LibraryDescription:
    """library.json: what a library is called, what it loads, and what it needs.

    `core_api` is the oldest H5P core it runs on, None if it does not say. `drop_library_css` are machine names of
    libraries whose style sheets are not to be loaded. Paths are relative to the library's folder, safe, and end with
    .js and .css.
    """

    name: LibraryName
    patch: int
    title: str
    runnable: bool
    core_api: tuple[int, int] | None
    preloaded_js: tuple[str, ...]
    preloaded_css: tuple[str, ...]
    preloaded_dependencies: tuple[LibraryName, ...]
    dynamic_dependencies: tuple[LibraryName, ...]
    editor_dependencies: tuple[LibraryName, ...]
    drop_library_css: tuple[str, ...]
    fullscreen: bool
    embed_types: tuple[str, ...]
    metadata_settings: Mapping[str, object]

    @property
    def version(self) -> str:
        """The version with the patch, for people."""
        return f"{self.name.major}.{self.name.minor}.{self.patch}"


def load_json(data: bytes, where: str) -> object:
    """Any JSON file of a package. UTF-8, with or without a byte order mark; of equal keys the last one counts.

    Raises H5PError (NOT_JSON) also for NaN and Infinity, which are not JSON, and for what is nested so deep that
    other code would stumble on it.
    """
    try:
        value: object = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
        _refuse_deep(value)
    except (ValueError, RecursionError):
        raise H5PError([Problem(Code.NOT_JSON, where)]) from None
    return value


def read_description(data: bytes, where: str = "h5p.json") -> H5PDescription:
    """Read h5p.json. Raises H5PError with everything that is wrong in it."""
    reader = _Reader(_load_object(data, where), where)
    preloaded = reader.dependencies("preloadedDependencies", required=True)
    main_library = reader.text("mainLibrary", required=True, pattern=_MAIN_LIBRARY, wanted="machine name")
    main = next((name for name in preloaded if name.machine_name == main_library), None)
    if main is None and not reader.problems:
        reader.wrong("mainLibrary", "one of preloadedDependencies")
    description = H5PDescription(
        title=reader.text("title", required=True, most=TITLE_LENGTH),
        language=reader.text("language", required=True, pattern=_LANGUAGE, wanted="language code"),
        main=main or LibraryName(main_library, 0, 0),  # never seen outside: without it there is a problem
        preloaded_dependencies=preloaded,
        dynamic_dependencies=reader.dependencies("dynamicDependencies"),
        editor_dependencies=reader.dependencies("editorDependencies"),
        embed_types=reader.embed_types(required=True),
        authors=reader.items("authors", _Reader.author),
        source=reader.text("source", pattern=_WEB_ADDRESS, wanted="web address"),
        license=reader.license(),
        license_version=reader.text("licenseVersion", most=TITLE_LENGTH),
        license_extras=reader.text("licenseExtras", most=LONG_TEXT_LENGTH),
        # The specification says yearFrom, many packages say yearsFrom.
        year_from=reader.number("yearFrom" if reader.has("yearFrom") else "yearsFrom"),
        year_to=reader.number("yearTo" if reader.has("yearTo") else "yearsTo"),
        changes=reader.items("changes", _Reader.change),
        author_comments=reader.text("authorComments", most=LONG_TEXT_LENGTH),
    )
    reader.finish()
    return description


def read_library(data: bytes, where: str = "library.json") -> LibraryDescription:
    """Read library.json. Raises H5PError with everything that is wrong in it."""
    reader = _Reader(_load_object(data, where), where)
    metadata_settings = reader.value("metadataSettings")
    description = LibraryDescription(
        name=reader.library_name(),
        patch=reader.number("patchVersion", required=True) or 0,
        title=reader.text("title", required=True, most=TITLE_LENGTH),
        runnable=reader.flag("runnable", required=True),
        core_api=reader.core_api(),
        preloaded_js=reader.items("preloadedJs", _Reader.script_path),
        preloaded_css=reader.items("preloadedCss", _Reader.style_path),
        preloaded_dependencies=reader.dependencies("preloadedDependencies"),
        dynamic_dependencies=reader.dependencies("dynamicDependencies"),
        editor_dependencies=reader.dependencies("editorDependencies"),
        drop_library_css=reader.items("dropLibraryCss", _Reader.machine_name),
        fullscreen=reader.flag("fullscreen"),
        embed_types=reader.embed_types(),
        # Only an authoring tool reads these settings, so nothing but their being an object matters here.
        metadata_settings=metadata_settings if isinstance(metadata_settings, dict) else {},
    )
    reader.finish()
    return description


class _Reader:
    """Takes fields out of one JSON object and notes what is wrong. What cannot be read comes out empty.

    `problems` is shared by the readers of nested objects, whose field names begin with `path`.
    """

    def __init__(self, fields: Mapping[str, object], where: str, path: str = "") -> None:
        self.fields = fields
        self.where = where
        self.path = path
        self.problems: list[Problem] = []

    def wrong(self, field: str, wanted: str) -> None:
        self.problems.append(Problem(Code.WRONG_FIELD, self.where, {"field": self.path + field, "wanted": wanted}))

    def finish(self) -> None:
        """Raises H5PError if anything was wrong."""
        if self.problems:
            raise H5PError(self.problems[:MOST_PROBLEMS])

    def has(self, field: str) -> bool:
        return self.fields.get(field) is not None

    def value(self, field: str, *, required: bool = False) -> object:
        """The field as it is, None if it is not there; a required one is then noted as missing."""
        found = self.fields.get(field)
        if found is None and required:
            self.problems.append(Problem(Code.MISSING_FIELD, self.where, {"field": self.path + field}))
        return found

    def text(
        self,
        field: str,
        *,
        required: bool = False,
        most: int = TITLE_LENGTH,
        pattern: re.Pattern[str] = _ANYTHING,
        wanted: str = "",
    ) -> str:
        """A text of at most `most` characters that can be stored: no NUL, and no half of a surrogate pair."""
        found = self.value(field, required=required)
        if found is None:
            return ""
        if isinstance(found, str):
            if not found.strip() and not required:
                return ""
            if found.strip() and len(found) <= most and pattern.fullmatch(found) and _encodable(found):
                return found
        self.wrong(field, wanted or f"text of 1 to {most} characters")
        return ""

    def number(self, field: str, *, required: bool = False) -> int | None:
        """A whole number; older packages have it as text. True and False are not numbers, although Python says so."""
        found = self.value(field, required=required)
        if found is None or (found == "" and not required):
            return None
        if isinstance(found, str) and _DIGITS.fullmatch(found):
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _MOST:
            return found
        self.wrong(field, f"whole number from 0 to {_MOST}")
        return None

    def flag(self, field: str, *, required: bool = False) -> bool:
        """The specification's 0 or 1; many libraries have false or true."""
        found = self.value(field, required=required)
        if found not in (None, 0, 1, "0", "1") or isinstance(found, float):
            self.wrong(field, "0 or 1")
        return found in (1, "1")

    def objects(self, field: str, *, required: bool = False) -> "list[_Reader]":
        """A reader for each object of a list."""
        found = self.value(field, required=required)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self.wrong(field, "list of objects")
            return []
        return [self.nested(item, f"{field}[{position}].") for position, item in enumerate(found)]

    def nested(self, fields: Mapping[str, object], path: str) -> "_Reader":
        reader = _Reader(fields, self.where, self.path + path)
        reader.problems = self.problems
        return reader

    def items(self, field: str, read: "Callable[[_Reader], T]") -> tuple[T, ...]:
        return tuple(read(item) for item in self.objects(field))

    def dependencies(self, field: str, *, required: bool = False) -> tuple[LibraryName, ...]:
        """Names of libraries, in the order given, which is the order to load them in; each once."""
        return tuple(dict.fromkeys(item.library_name() for item in self.objects(field, required=required)))

    def library_name(self) -> LibraryName:
        return LibraryName(
            self.machine_name(),
            self.number("majorVersion", required=True) or 0,
            self.number("minorVersion", required=True) or 0,
        )

    def machine_name(self) -> str:
        return self.text("machineName", required=True, pattern=MACHINE_NAME, wanted="machine name")

    def script_path(self) -> str:
        return self.file_path(".js")

    def style_path(self) -> str:
        return self.file_path(".css")

    def file_path(self, ending: str) -> str:
        """A browser is told the kind by the ending: under another one it would not run a script or apply a style.

        Without the "./" that some build tools write in front: files are looked up and served by the plain path.
        """
        found = self.text("path", required=True)
        path = found.removeprefix("./")
        if found and not safe_path(path):
            self.wrong("path", "path inside the library")
        elif path and not path.lower().endswith(ending):
            self.wrong("path", f"path that ends with {ending}")
        return path

    def author(self) -> Author:
        return Author(self.text("name"), self.text("role"))

    def change(self) -> Change:
        return Change(self.text("date"), self.text("author"), self.text("log", most=LONG_TEXT_LENGTH))

    def license(self) -> str:
        found = self.text("license")
        if found and found not in LICENSES:
            self.wrong("license", ", ".join(sorted(LICENSES)))
        return found

    def core_api(self) -> tuple[int, int] | None:
        found = self.value("coreApi")
        if found is None:
            return None
        if not isinstance(found, dict):
            self.wrong("coreApi", "object")
            return None
        reader = self.nested(found, "coreApi.")
        major, minor = (reader.number(field, required=True) or 0 for field in ("majorVersion", "minorVersion"))
        return major, minor

    def embed_types(self, *, required: bool = False) -> tuple[str, ...]:
        found = self.value("embedTypes", required=required)
        if found is None:
            return ()
        if isinstance(found, list) and (found or not required):
            types = tuple(item for item in found if isinstance(item, str) and item in EMBED_TYPES)
            if len(types) == len(found):
                return types
        self.wrong("embedTypes", "list of div and iframe")
        return ()


def _load_object(data: bytes, where: str) -> Mapping[str, object]:
    value = load_json(data, where)
    if not isinstance(value, dict):
        raise H5PError([Problem(Code.WRONG_FIELD, where, {"field": "", "wanted": "object"})])
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _refuse_deep(value: object) -> None:
    """Raises ValueError for more than JSON_DEPTH levels. Level by level: recursion is what must not happen."""
    level = [value]
    for _ in range(JSON_DEPTH):
        containers = [item for item in level if isinstance(item, (dict, list))]
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
        if not level:
            return
    raise ValueError("nested too deep")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
