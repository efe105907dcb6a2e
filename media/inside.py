"""What is inside a library, for whoever must judge it: files, needs, and what in its scripts is worth a look."""

import re
from dataclasses import dataclass

from media.h5p.library import LibraryName
from media.h5p.package import MIB, extension
from media.models import H5PFile, H5PLibrary, H5PVersion
from media.services.files import FileGoneError, open_file
from media.services.libraries import approved, describe

_MOST_READ = 4 * MIB
_ADDRESS = re.compile(r"(?:https?|wss?)://([a-z0-9.-]+\.[a-z]{2,})", re.IGNORECASE)
# Harmless in most libraries; where a library that needs none of it has some, somebody should ask why.
_WORTH_A_LOOK = {
    "eval": re.compile(r"\beval\s*\(|new\s+Function\b"),
    "fetch": re.compile(r"\bfetch\s*\(|XMLHttpRequest|\$\.ajax|sendBeacon|WebSocket|EventSource"),
    "cookie": re.compile(r"document\.cookie|localStorage|indexedDB"),
    "parent": re.compile(r"window\.(?:parent|top)\b|postMessage"),
    "device": re.compile(r"getUserMedia|geolocation|clipboard"),
}
_SPEAKS = re.compile(r"triggerXAPI|XAPIEvent|setFinished")
# Names that stand in nearly every script and are nobody's server.
_NOBODY = ("www.w3.org", "h5p.org", "adlnet.gov", "activitystrea.ms", "purl.org", "jquery.com", "github.com")


@dataclass(frozen=True, slots=True)
class FileInside:
    path: str
    size: int
    finds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """`hosts` are the names of other machines in its scripts; the sandbox keeps it from reaching them."""

    files: tuple[FileInside, ...]
    hosts: tuple[str, ...]
    needs: tuple[str, ...]
    core: str
    author: str
    licence: str


def inside_of(library: H5PLibrary) -> Inside:
    told = describe(library)
    sizes = dict(H5PFile.objects.filter(pk__in=set(library.files.values())).values_list("sha256", "size"))
    files: list[FileInside] = []
    hosts: set[str] = set()
    for path, sha256 in sorted(library.files.items()):
        text = _text(sha256) if extension(path) in ("js", "svg", "html") else ""
        finds = tuple(name for name, find in _WORTH_A_LOOK.items() if find.search(text))
        files.append(FileInside(path, sizes.get(sha256, 0), finds))
        hosts.update(host.lower() for host in _ADDRESS.findall(text) if not host.lower().endswith(_NOBODY))
    core = ".".join(map(str, told.core_api)) if told.core_api else ""
    author, licence = (str(library.description.get(name) or "") for name in ("author", "license"))
    needs = tuple(map(str, told.preloaded_dependencies))
    return Inside(tuple(files), tuple(sorted(hosts)), needs, core, author, licence)


def tells_of_its_end(version: H5PVersion) -> bool:
    """Whether any script of the version speaks of statements at all. One that never does can never be finished."""
    known = approved([LibraryName.parse(name).machine_name for name in version.needs])
    rows = [known.get(LibraryName.parse(name)) for name in version.needs]
    if not all(rows):
        return True  # it waits for approval: nobody has seen all of it here
    return any(_SPEAKS.search(_text(row.files[path])) for row in rows if row for path in describe(row).preloaded_js)


def _text(sha256: str) -> str:
    try:
        with open_file(sha256) as file:
            return file.read(_MOST_READ).decode(errors="replace")
    except FileGoneError:
        return ""
