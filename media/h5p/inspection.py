"""A whole package judged: its description, its libraries, its content, and that they fit together.

The parts are judged by the modules beside this one; here they meet. Nothing is stored: whoever takes a package in does
that with what it gets from here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from media.h5p.errors import TOLERATED, Code, H5PError, Problem
from media.h5p.library import MOST_PROBLEMS, LibraryName, check_core, closure, newer
from media.h5p.package import Archive
from media.h5p.schema import H5PDescription, LibraryDescription, load_json, read_description, read_library
from media.h5p.semantics import referenced_files, validate_content

DESCRIPTION = "h5p.json"
CONTENT = "content/content.json"
_CONTENT_FOLDER = "content"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Library:
    """A library, in a package or where a platform keeps it: what it says of itself, and what content may hold."""

    description: LibraryDescription
    semantics: object = field(default_factory=list)
    files: Sequence[str] = ()  # relative to its folder
    folder: str = ""  # in the package


@dataclass(frozen=True, slots=True)
class Inspection:
    """A package that is fit to be taken in.

    `libraries` are those in the package, `order` is every library that must be loaded, each after those it needs,
    `content_files` are relative to the content folder, and `notes` are what its author may want to look at.
    """

    description: H5PDescription
    content: object
    libraries: Mapping[LibraryName, Library]
    order: Sequence[LibraryName]
    content_files: Sequence[str]
    notes: Sequence[Problem] = ()


def inspect(archive: Archive, known: Mapping[LibraryName, Library] | None = None) -> Inspection:
    """Judges an opened package. `known` are the libraries that the platform has already, which a package may rely on.

    Of a library that is in both, the later patch is the one that counts. Raises H5PError with all that was found, up
    to MOST_PROBLEMS; what cannot be read hides what would be found behind it.
    """
    problems: list[Problem] = []
    names = frozenset(archive.names)
    folders = _folders(archive.names)
    content_files = tuple(folders.pop(_CONTENT_FOLDER, ()))

    description = _told(problems, lambda: read_description(_read(archive, names, DESCRIPTION), DESCRIPTION))
    content = _told(problems, lambda: (load_json(_read(archive, names, CONTENT), CONTENT),))
    libraries: dict[LibraryName, Library] = {}
    for folder, files in folders.items():
        library = _told(problems, partial(_library, archive, folder, files))
        if library is not None:
            libraries[library.description.name] = library
            problems += _problems_of(folder, library)
    if description is None or content is None:
        raise H5PError(problems[:MOST_PROBLEMS])

    all_known = {**(known or {}), **{name: one for name, one in libraries.items() if _counts(one, known or {})}}
    descriptions = {name: one.description for name, one in all_known.items()}
    order = _told(problems, lambda: closure(description.main, descriptions, description.preloaded_dependencies))
    main = all_known.get(description.main)
    if main is not None:
        if not main.description.runnable:
            problems.append(Problem(Code.NOT_RUNNABLE, DESCRIPTION, {"library": str(description.main)}))
        semantics = {name: one.semantics for name, one in all_known.items()}
        problems += validate_content(content[0], main.semantics, semantics)
    problems += _missing(_CONTENT_FOLDER, sorted(referenced_files(content[0])), content_files)
    notes = [problem for problem in problems if problem.code in TOLERATED]
    if len(problems) > len(notes) or order is None:
        raise H5PError(sorted(problems, key=lambda problem: problem.code in TOLERATED)[:MOST_PROBLEMS])
    return Inspection(description, content[0], libraries, tuple(order), content_files, notes)


def _told(problems: list[Problem], read: Callable[[], T]) -> T | None:
    """What `read` gives, or None when it raises H5PError, whose problems are then told with the others."""
    try:
        return read()
    except H5PError as error:
        problems += error.problems
        return None


def _folders(names: Iterable[str]) -> dict[str, list[str]]:
    """Folder → its files, relative to it, in the order of the archive."""
    folders: dict[str, list[str]] = {}
    for name in names:
        folder, inside, rest = name.partition("/")
        if inside:
            folders.setdefault(folder, []).append(rest)
    return folders


def _read(archive: Archive, names: frozenset[str], name: str) -> bytes:
    if name not in names:
        raise H5PError([Problem(Code.MISSING_FILE, name)])
    return archive.read(name)


def _library(archive: Archive, folder: str, files: Sequence[str]) -> Library:
    """Raises H5PError when the folder is no library, or not the one it is called after."""
    where = f"{folder}/library.json"
    if "library.json" not in files:
        raise H5PError([Problem(Code.FOLDER_IS_NOT_LIBRARY, folder, {"library": folder})])
    description = read_library(archive.read(where), where)
    if folder not in (description.name.folder, description.name.machine_name):
        raise H5PError([Problem(Code.FOLDER_IS_NOT_LIBRARY, folder, {"library": str(description.name)})])
    semantics: object = []
    if "semantics.json" in files:
        semantics = load_json(archive.read(f"{folder}/semantics.json"), f"{folder}/semantics.json")
    return Library(description, semantics, tuple(files), folder)


def _problems_of(folder: str, library: Library) -> Iterator[Problem]:
    too_new = check_core(library.description)
    if too_new is not None:
        yield too_new
    yield from _missing(folder, (*library.description.preloaded_js, *library.description.preloaded_css), library.files)


def _missing(folder: str, wanted: Iterable[str], files: Iterable[str]) -> Iterator[Problem]:
    there = frozenset(files)
    for name in wanted:
        if name not in there:
            yield Problem(Code.MISSING_FILE, f"{folder}/{name}")


def _counts(library: Library, known: Mapping[LibraryName, Library]) -> bool:
    """Whether the package's own copy is the one that will be used."""
    stored = known.get(library.description.name)
    return stored is None or newer(library.description, stored.description)
