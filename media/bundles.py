"""All scripts or all style sheets of some libraries in one file, so that a page asks once and not a hundred times.

H5P core does the same on other platforms: scripts one after the other, style sheets with their addresses made to fit.
"""

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from media.h5p.schema import LibraryDescription
from media.models import H5PLibrary
from media.services.files import open_file
from media.services.libraries import describe

# What a file of a package is to the browser, by its extension: fixed, whatever the machine's own list says.
TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "webm": "video/webm",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "vtt": "text/vtt; charset=utf-8",
    "webvtt": "text/vtt; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "eot": "application/vnd.ms-fontobject",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "pdf": "application/pdf",
    "gltf": "model/gltf+json",
    "glb": "model/gltf-binary",
}

# Ways out that no content security policy speaks of. They are taken away wherever a library's script runs, before its
# own first line: also in a document that a library makes inside its own. Such a document has them anew, but the policy
# with it, so no script gets there that does not come from here.
TAKEN_AWAY = ("RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport")
GUARD = (
    f"for (const name of {json.dumps(TAKEN_AWAY)}) "
    "Object.defineProperty(self, name, { value: undefined, configurable: false, writable: false });\n"
).encode()

_MARK = b"\xef\xbb\xbf"  # of the byte order: in the middle of a file it would be a fault
_ADDRESS = re.compile(rb"""url\(\s*(?P<quote>["']?)(?P<path>[^"')\s]+)(?P=quote)\s*\)""")
_ELSEWHERE = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*:|//|/|#")


def script_bundle(libraries: Sequence[H5PLibrary]) -> bytes:
    """A semicolon stands before each: a script that does not end its last line would swallow the next, and one that
    begins by asking for strictness would ask it for all."""
    return GUARD + b"".join(
        b";\n" + _read(library, path) + b"\n" for library, told in _told(libraries) for path in told.preloaded_js
    )


def style_bundle(libraries: Sequence[H5PLibrary]) -> bytes:
    """Addresses are relative to the library's folder afterwards. Sheets that a library does without are left out."""
    told = list(_told(libraries))
    dropped = {name for _, description in told for name in description.drop_library_css}
    return b"".join(
        _with_addresses(_read(library, path), f"{library.name.folder}/{posixpath.dirname(path)}") + b"\n"
        for library, description in told
        if library.machine_name not in dropped
        for path in description.preloaded_css
    )


def guarded(script: BinaryIO) -> bytes:
    """A script that is served by itself, as a library may fetch one of its own."""
    return GUARD + script.read().removeprefix(_MARK)


def _told(libraries: Sequence[H5PLibrary]) -> Iterable[tuple[H5PLibrary, LibraryDescription]]:
    return ((library, describe(library)) for library in libraries)


def _read(library: H5PLibrary, path: str) -> bytes:
    with open_file(library.files[path]) as file:
        return file.read().removeprefix(_MARK)


def _with_addresses(style: bytes, folder: str) -> bytes:
    def moved(found: re.Match[bytes]) -> bytes:
        path = found["path"]
        if _ELSEWHERE.match(path):
            return found.group()
        quote = found["quote"]
        # What leaves the library's folder leads nowhere: the browser asks for a file that is in no library.
        return b"url(" + quote + posixpath.join(folder.encode(), path) + quote + b")"

    return _ADDRESS.sub(moved, style)
