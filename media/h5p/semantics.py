"""Does a content fit what its libraries say about it? And which files does it use?

Source of the rules: H5P semantics definition, and what the H5P core does with content that does not fit. Platforms
repair such content silently; here it is told, so that the author can, and what they would repair is no reason to refuse
it (errors.TOLERATED). The sandbox that the player runs in is what protects the reader; refusing script in texts is a
second line, and keeps harmful text out of exports.
"""

import html
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeGuard

from media.h5p.errors import TOLERATED, Code, Problem
from media.h5p.library import MOST_PROBLEMS, LibraryName, safe_path

DEPTH = 100  # levels of groups, lists and libraries in each other

_UUID = re.compile(r"\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?", re.IGNORECASE)
_NUMBER_AS_TEXT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_TEMPORARY = "#tmp"  # editors leave this mark on a file that was uploaded and not yet saved

# Elements that run something or bring another document with them. No H5P text field allows them.
_ACTIVE_ELEMENTS = frozenset({"script", "iframe", "frame", "object", "embed", "base", "meta", "link"})
_SCRIPT_ADDRESS = re.compile(r"(javascript|vbscript):", re.IGNORECASE)
_IGNORED_IN_ADDRESS = re.compile(r"[\x00-\x20]")
# Start tags as the HTML standard splits them: a name up to space, slash or ">", then attributes.
_START_TAG = re.compile(r"<([a-zA-Z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*(=)\s*("[^"]*"|'[^']*'|[^\s>]*))?""")


@dataclass(frozen=True, slots=True)
class _Step:
    """One value to be judged by one field of the semantics."""

    value: object
    field: Mapping[str, object]
    where: str  # names from the top of the content, with "/" between
    depth: int
    required: bool  # False inside what is optional or may be hidden: then nothing in it can be missed


def validate_content(
    content: object,
    semantics: object,
    libraries: Mapping[LibraryName, object],
    where: str = "content/content.json",
) -> list[Problem]:
    """What is wrong with a content, in its own order; an empty list is a content that fits. At most 50 problems and as
    many that are tolerated: those never hide one that is not.

    `semantics` is the main library's semantics.json as parsed, and `libraries` has that of every library that is
    installed or in the package, None for those without. Keys that the semantics do not know are no problem: other
    platforms keep them too, and libraries add some while running.
    """
    if not isinstance(content, dict):
        return [Problem(Code.WRONG_VALUE, where, {"field": "", "wanted": "object"})]
    found: list[Problem] = []
    # A stack of our own instead of recursion; the next thing to judge is last, so that the order is the author's.
    pending = list(reversed(_fields(content, _named(semantics), "", 0, True)))
    tolerated = 0
    while pending and len(found) - tolerated < MOST_PROBLEMS:
        step = pending.pop()
        problems, inner = _judge(step, libraries)
        for code, facts in problems:
            if code not in TOLERATED or tolerated < MOST_PROBLEMS:
                found.append(Problem(code, f"{where}#{step.where}", facts))
                tolerated += code in TOLERATED
        pending += reversed(inner)
    return found


def referenced_files(content: object) -> set[str]:
    """Paths, relative to the content folder, of the files that a content uses.

    Found without semantics, in every object that has a `path` as images, files, sounds and films do. A path that
    has no extension, leads out of the folder or is a web address is not one of a file in the package.
    """
    files: set[str] = set()
    pending = [content]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and safe_path(_plain(path)) and "." in path.rpartition("/")[2]:
                files.add(_plain(path))
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return files


def unsafe_text(text: str) -> bool:
    """Would this text, shown as HTML, run a script: an element, an `on…` attribute, or a javascript: address?

    Split into tags as browsers do, not by a pattern over the whole, so that "onsdag = fri" is no attribute. It is
    meant to refuse too much rather than too little where HTML is broken.
    """
    if "<script" in text.lower() or _script_address(text):
        return True
    pending = [text]
    while pending:
        part = pending.pop()
        tag = _START_TAG.search(part)
        while tag:
            if tag[1].lower() in _ACTIVE_ELEMENTS:
                return True
            end = tag.end()
            while attribute := _ATTRIBUTE.match(part, end):
                end = attribute.end()
                name, has_value, value = attribute[1].lower(), attribute[2], attribute[3] or ""
                if has_value and (name.startswith("on") or _script_address(value.strip("\"'"))):
                    return True
                if "<" in value:
                    # Where the value ends depends on what stands around the tag; so it is judged as HTML too.
                    # Each level has one kind of quotation mark less, so there are at most three.
                    if value[0] not in "\"'" or value[-1] != value[0]:
                        return True
                    pending.append(value[1:-1])
            tag = _START_TAG.search(part, end)
    return False


# A problem that does not know yet where it is.
_Found = tuple[Code, Mapping[str, str | int]]


def _judge(step: _Step, libraries: Mapping[LibraryName, object]) -> tuple[list[_Found], list[_Step]]:
    """What is wrong with one value itself, and what in it is to be judged next."""
    name = _name(step.field)
    if step.depth > DEPTH:
        return [_wrong(name, f"at most {DEPTH} levels")], []
    kind = step.field.get("type")
    if kind == "group":
        return _judge_group(step)
    if _absent(step.value, kind):
        return ([(Code.MISSING_VALUE, {"field": name})] if step.required and _needed(step.field) else []), []
    if kind == "list":
        return _judge_list(step, name)
    if kind == "library":
        return _judge_library(step, name, libraries)
    unusual = ""
    if kind in ("video", "audio"):
        wanted = _wrong_files(step.value)
    elif kind in ("image", "file"):
        wanted = _wrong_file(step.value)
    elif kind == "text":
        wanted = _wrong_text(step.value)
    elif kind == "number":
        wanted = "" if _number(step.value) is not None else "number"
        unusual = _unusual_number(step.value, step.field)
    elif kind == "boolean":
        wanted = "" if isinstance(step.value, bool) else "true or false"
    elif kind == "select":
        wanted = _wrong_choice(step.value, step.field)
        unusual = "" if _among_options(step.value, step.field) else "one of the options"
    else:
        wanted = ""  # a type of a later H5P
    if wanted:
        return [_wrong(name, wanted)], []
    return ([_unusual(name, unusual)] if unusual else []), []


def _judge_group(step: _Step) -> tuple[list[_Found], list[_Step]]:
    fields = _named(step.field.get("fields"))
    # As in the H5P core, what is optional about a group is optional about all of it.
    required = step.required and _needed(step.field)
    if step.value is None and not required:
        return [], []
    value = {} if step.value is None else step.value
    if len(fields) == 1 and step.field.get("isSubContent") is not True:
        # Editors store a group of one field as that field alone; content made by programs may have the group.
        only = str(fields[0]["name"])
        if not (isinstance(value, dict) and set(value) <= {only}):
            inner = replace(step, field=fields[0], depth=step.depth + 1, required=required)
            return [], [inner]
    if not isinstance(value, dict):
        return [_wrong(_name(step.field), "object")], []
    return [], _fields(value, fields, f"{step.where}/", step.depth + 1, required)


def _judge_list(step: _Step, name: str) -> tuple[list[_Found], list[_Step]]:
    if not isinstance(step.value, list):
        return [_wrong(name, "list")], []
    problems: list[_Found] = []
    least, most = _limit(step.field.get("min")), _limit(step.field.get("max"))
    if least is not None and len(step.value) < least and step.required and _needed(step.field):
        problems.append(_unusual(name, f"at least {least}"))
    if most is not None and len(step.value) > most:
        problems.append(_unusual(name, f"at most {most}"))
    field = step.field.get("field")
    if not isinstance(field, dict):
        return problems, []
    # An item of an optional list must be whole all the same, but a list that may be hidden can be half finished.
    required = step.required and "showWhen" not in step.field
    return problems, [
        _Step(item, field, f"{step.where}/{position}", step.depth + 1, required)
        for position, item in enumerate(step.value)
    ]


def _judge_library(step: _Step, name: str, libraries: Mapping[LibraryName, object]) -> tuple[list[_Found], list[_Step]]:
    value = step.value
    text = value.get("library") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(text, str):
        return [_wrong(name, "library")], []
    problems: list[_Found] = []
    content_id = value.get("subContentId")
    if content_id is not None and not (isinstance(content_id, str) and _UUID.fullmatch(content_id)):
        problems.append(_wrong("subContentId", "UUID"))
    metadata = value.get("metadata") or {}
    if not isinstance(metadata, dict):
        problems.append(_wrong("metadata", "object"))
    elif any(isinstance(item, str) and unsafe_text(item) for item in metadata.values()):
        problems.append(_wrong("metadata", "text without script"))
    params = value.get("params")
    if params is None or params == []:  # PHP writes an empty object as an empty list
        params = {}
    elif not isinstance(params, dict):
        problems.append(_wrong("params", "object"))
        params = {}
    options = _options(step.field.get("options"), "name")
    if options and text not in options:
        problems.append((Code.NOT_IN_SEMANTICS, {"field": text}))
    try:
        library = LibraryName.parse(text)
    except ValueError:
        return [*problems, _wrong(name, "library")], []
    if library not in libraries:
        return [*problems, (Code.MISSING_LIBRARY, {"library": str(library), "needed_by": name})], []
    return problems, _fields(params, _named(libraries[library]), f"{step.where}/params/", step.depth + 1, True)


def _fields(
    value: Mapping[str, object], fields: list[Mapping[str, object]], where: str, depth: int, required: bool
) -> list[_Step]:
    return [
        _Step(value.get(name), field, where + name, depth, required)
        for field in fields
        if isinstance(name := field["name"], str)
    ]


def _named(fields: object) -> list[Mapping[str, object]]:
    """The fields of semantics that can be used; semantics come from a package and may hold anything."""
    if not isinstance(fields, list):
        return []
    return [field for field in fields if isinstance(field, dict) and isinstance(field.get("name"), str)]


def _name(field: Mapping[str, object]) -> str:
    """What to call a field; the one that describes the items of a list need not have a name."""
    name = field.get("name")
    return name if isinstance(name, str) else ""


def _needed(field: Mapping[str, object]) -> bool:
    """Must the field be there? The libraries fill in what has a default, so content made before the field came has
    none of it. Editors leave out empty lists and what no one is asked for, and a hidden field may not be there."""
    if field.get("optional") is True or "showWhen" in field or field.get("widget") == "none":
        return False
    if field.get("type") == "list":
        return (_limit(field.get("min")) or 0) > 0
    return "default" not in field


def _absent(value: object, kind: object) -> bool:
    """Is nothing there? Editors leave null, an empty object, or an object without what it is about."""
    if value is None or value == {} or (value == [] and kind != "list"):
        return True
    if isinstance(value, dict) and kind == "library":
        return not value.get("library")
    if isinstance(value, dict) and kind in ("image", "file"):
        return not value.get("path")
    return False


def _wrong(field: str, wanted: str) -> _Found:
    return Code.WRONG_VALUE, {"field": field, "wanted": wanted}


def _unusual(field: str, wanted: str) -> _Found:
    return Code.UNUSUAL_VALUE, {"field": field, "wanted": wanted}


# The following return what was wanted, or nothing if the value is right.


def _wrong_text(value: object) -> str:
    if not isinstance(value, str):
        return "text"
    # Length and pattern only concern the editor. A pattern from a package could also take for ever to match.
    return "text without script" if unsafe_text(value) else ""


def _number(value: object) -> int | float | None:
    if isinstance(value, str) and _NUMBER_AS_TEXT.fullmatch(value):  # as older editors have it
        return float(value)
    return value if _is_number(value) else None


def _unusual_number(value: object, field: Mapping[str, object]) -> str:
    number = _number(value)
    if number is None:
        return ""
    least, most, decimals = (_limit(field.get(key)) for key in ("min", "max", "decimals"))
    if least is not None and number < least:
        return f"at least {least}"
    if most is not None and number > most:
        return f"at most {most}"
    if isinstance(number, float) and isinstance(decimals, int) and not _has_decimals(number, decimals):
        return f"at most {decimals} decimals"
    return ""


def _has_decimals(value: float, most: int) -> bool:
    """Is it a number of at most so many decimals? 0.1 + 0.2 has one to the author, whatever the last bits say."""
    return not 0 <= most <= 15 or math.isclose(round(value, most), value, rel_tol=1e-9, abs_tol=1e-12)


def _wrong_choice(value: object, field: Mapping[str, object]) -> str:
    for item in _chosen(value, field):
        if not isinstance(item, str) and not _is_number(item):
            return "one of the options"
        if unsafe_text(str(item)):
            return "text without script"
    return ""


def _among_options(value: object, field: Mapping[str, object]) -> bool:
    options = _options(field.get("options"), "value")
    may_be_empty = field.get("optional") is True
    return not options or all(
        str(item) in options or (item == "" and may_be_empty)
        for item in _chosen(value, field)
        if isinstance(item, str) or _is_number(item)
    )


def _chosen(value: object, field: Mapping[str, object]) -> list[object]:
    return value if isinstance(value, list) and field.get("multiple") is True else [value]


def _wrong_files(value: object) -> str:
    if not isinstance(value, list):
        return "list of files"
    return next((wanted for item in value if (wanted := _wrong_file(item))), "")


def _wrong_file(value: object) -> str:
    path = value.get("path") if isinstance(value, dict) else None
    if not isinstance(path, str) or not safe_path(_plain(path)):
        return "file in the content folder"
    return ""


def _plain(path: str) -> str:
    return path.removesuffix(_TEMPORARY)


def _options(options: object, key: str) -> set[str]:
    """The values to choose from: plain, as objects, or as objects in named groups."""
    return set(_option_values(options, key)) if isinstance(options, list) else set()


def _option_values(options: list[object], key: str) -> Iterator[str]:
    for option in options:
        inner = option.get("options") if isinstance(option, dict) else None
        for item in inner if isinstance(inner, list) else [option]:
            value = item.get(key) if isinstance(item, dict) else item
            if isinstance(value, str) or _is_number(value):
                yield str(value)


def _limit(value: object) -> int | float | None:
    return value if _is_number(value) else None


def _is_number(value: object) -> TypeGuard[int | float]:
    """A number that JavaScript has too. True and False are not numbers, although Python says so."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 1024


def _script_address(text: str) -> bool:
    """Browsers skip control characters, and read character references, before they look at an address."""
    return bool(_SCRIPT_ADDRESS.match(_IGNORED_IN_ADDRESS.sub("", html.unescape(text))))
