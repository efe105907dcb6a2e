"""Packages for second opinions: some that are right in unusual ways, and some with one defect each.

All are made of the small question in h5p_samples. Those with `Entry` are put together by hand, as no tool writes them.
"""

import io
import json
import stat
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import h5p_samples as samples
from h5p_samples import CONTENT, HELPER, MAIN, description, files, library, needs

from media.h5p.package import MIB, Limits

# One set for all who are asked, and small, so that what is too large can be made quickly.
LIMITS = Limits(package=8 * MIB, file=2 * MIB, video=2 * MIB, json=2 * MIB, unpacked=5 * MIB, files=60, ratio=100)

QUESTION = "H5P.HandlekraftQuestion"
SHARED = "HandlekraftShared"
UUID = "0d5d6b2e-3d0e-4c8a-9a61-5a7a4a4e7b11"
NOISE = bytes(range(256)) * 4096  # 1 MiB


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a ZIP with what no honest tool would write."""

    name: str
    data: bytes = b"x"
    mode: int = 0
    flags: int = 0
    crc: int | None = None
    says: int | None = None  # how large it says it is


def built(*more: Entry, without: str = "", comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The small question as any tool writes it, and the entries behind it."""
    out = io.BytesIO()
    entries = [Entry(name, data) for name, data in files().items() if name != without]
    forged: list[tuple[zipfile.ZipInfo, Entry]] = []
    with zipfile.ZipFile(out, "w") as archive:
        for entry in (*entries, *more):
            info = zipfile.ZipInfo("x" * len(entry.name))
            info.filename = entry.name  # a ZipInfo made from the name would cut and turn it
            info.external_attr = entry.mode << 16
            archive.NameToInfo.pop(entry.name, None)  # else zipfile warns of the second of the same name
            archive.writestr(info, entry.data, compress_type=method)
            forged.append((info, entry))
        for info, entry in forged:  # the directory is written last, and is what readers go by
            info.flag_bits |= entry.flags
            info.CRC = info.CRC if entry.crc is None else entry.crc
            info.file_size = info.file_size if entry.says is None else entry.says
        archive.comment = comment
    return out.getvalue()


def made(**changed: Any) -> bytes:
    """The small question with files changed by name; None takes one away."""
    return samples.package(files(**changed)).read()


def moved(folder: str, **changed: Any) -> bytes:
    """With the helper library in another folder."""
    return samples.package({name.replace(HELPER, folder): data for name, data in files(**changed).items()}).read()


def described(**more: Any) -> bytes:
    """With another h5p.json; None takes a field away."""
    told = {name: value for name, value in description(**more).items() if value is not None}
    return made(**{"h5p.json": told})


def helper(**more: Any) -> bytes:
    """With another library.json of the helper library; None takes a field away."""
    told = library(SHARED, (2, 1, 0), preloadedJs=[{"path": "shared.js"}]) | more
    return made(**{f"{HELPER}/library.json": {name: value for name, value in told.items() if value is not None}})


def content(**more: Any) -> bytes:
    return made(**{"content/content.json": CONTENT | more})


def zip64() -> bytes:
    """With the end record of large archives, which only archives past 4 GiB need; the number of files stays true."""
    data = built()
    end = data.rindex(b"PK\x05\x06")
    _, _, _, _, entries, length, offset, _ = struct.unpack("<4s4H2LH", data[end:])
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, length, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, length, 0xFFFFFFFF, 0)
    return data[:end] + record + locator + last


def overlapping() -> bytes:
    """The directory lists the same bytes twice, under the name of another file of equal length."""
    data = bytearray(built(Entry("content/a.txt", b"a" * 99), Entry("content/b.txt", b"a" * 99)))
    first = data.index(b"PK\x03\x04", data.index(b"content/a.txt") - 30)
    struct.pack_into("<L", data, data.rindex(b"content/b.txt") - 46 + 42, first)
    return bytes(data)


def with_part(library_name: str = "HandlekraftPart 1.0", *, there: bool = True, **more: Any) -> bytes:
    """With content that holds content of another library."""
    options = ["HandlekraftPart 1.0", "HandlekraftPart 1.7"]
    field = {"name": "part", "type": "library", "label": "Part", "optional": True, "options": options}
    semantics = [*samples.SEMANTICS, field]
    part = {
        "library": library_name,
        "subContentId": UUID,
        "params": {"text": "Hei"},
        "metadata": {"title": "Del", "license": "U"},
    } | more
    changed: dict[str, Any] = {
        f"{MAIN}/semantics.json": semantics,
        "content/content.json": CONTENT | {"part": part},
    }
    if there:
        changed |= {
            "h5p.json": description(
                preloadedDependencies=[
                    needs(QUESTION, 1, 0), needs(SHARED, 2, 1), needs("HandlekraftPart", 1, 0),
                ]
            ),
            "HandlekraftPart-1.0/library.json": library("HandlekraftPart", (1, 0, 0)),
            "HandlekraftPart-1.0/semantics.json": [{"name": "text", "type": "text", "label": "Text"}],
        }  # fmt: skip
    return made(**changed)


def main_library(**more: Any) -> dict[str, Any]:
    told = json.loads(files()[f"{MAIN}/library.json"]) | more
    return {name: value for name, value in told.items() if value is not None}


EVERYTHING = {
    "source": "https://fjordvik.example/samtale",
    "licenseVersion": "4.0",
    "licenseExtras": "Kan brukes i opplæring.\nSpør først.",
    "yearsFrom": "2024",
    "yearsTo": "2026",
    "authorComments": "Laget på Ås.",
    "contentType": "Question",
    "dynamicDependencies": [needs(SHARED, 2, 1)],
    "editorDependencies": [],
    "changes": [{"date": "03-02-26 10:11:12", "author": "Trine Solheim", "log": "Nytt svar"}],
}

VALID: Mapping[str, bytes] = {
    "the small question": made(),
    "a question that can be played": samples.playable_package().read(),
    "a library of somebody else": samples.greeting_card_package().read(),
    "without optional fields": described(license=None, authors=None),
    "with every optional field": described(**EVERYTHING),
    "fields that are null": made(**{"h5p.json": description(source=None, changes=None, dynamicDependencies=None)}),
    "years as numbers": described(yearsFrom=2024, yearsTo=2026),
    "a version of a licence that is not Creative Commons": described(license="GNU GPL", licenseVersion="v3"),
    "an author whose role is two words": described(authors=[{"name": "Ida", "role": "Lead author"}]),
    "content inside content": with_part(),
    "an optional part that is not there": content(picture=None),
    "a script's path from its own folder": helper(preloadedJs=[{"path": "./shared.js"}]),
    "a patch of nought": helper(patchVersion=0),
    "a patch of five digits": helper(patchVersion=99_999),
    "a version as text": helper(patchVersion="3"),
    "runnable as true or false": made(**{f"{MAIN}/library.json": main_library(runnable=True)}),
    "core 1.28": helper(coreApi={"majorVersion": 1, "minorVersion": 28}),
    "a library that asks for no core": made(**{f"{MAIN}/library.json": main_library(coreApi=None)}),
    "a licence of the library that H5P has no word for": helper(license="EUPL-1.2"),
    "fields that nobody knows": described(**{"x-laget-av": "Fjordvik", "contentType": "Question"}),
    "a byte order mark": made(**{"h5p.json": b"\xef\xbb\xbf" + files()["h5p.json"]}),
    "a key twice": made(**{"content/content.json": b'{"question": "Hva?",' + files()["content/content.json"][1:]}),
    "a folder without a version": moved(SHARED),
    "folders as entries": built(Entry("content/", b""), Entry("content/images/", b"")),
    "nothing packed": built(method=zipfile.ZIP_STORED),
    "a comment": built(comment=b"Laget i Fjordvik"),
    "a name in Norwegian": built(Entry("content/skål.png", NOISE[:99])),
    "a hidden file in content": built(Entry("content/.DS_Store")),
    "a hidden folder": built(Entry("__MACOSX/content/._a.exe"), Entry(".git/config.exe")),
    "a file beside h5p.json": built(Entry("readme.txt")),
    "a licence beside the library's code": built(Entry(f"{HELPER}/LICENSE")),
    "a drawing beside the library's code": built(Entry(f"{HELPER}/icon.svg", b"<svg/>")),
    "words of a library in Norwegian": made(**{f"{HELPER}/language/nb.json": {"semantics": []}}),
    "words of a library that cannot be read": made(**{f"{HELPER}/language/nb.json": b"{"}),
    # What the H5P core mends without a word: taken in, and its author is told.
    "nothing where something is needed": content(question=None),
    "a number too large": content(right=12),
    "too few of a list": content(answers=["Ringer hjem"]),
}

# Right but for a field that nobody asked for.
_DEEP = files()["content/content.json"][:-1] + b',"x":' + b"[" * 300 + b"]" * 300 + b"}"

BROKEN: Mapping[str, bytes] = {
    # the archive
    "not an archive": b"%PDF-1.7 et brev",
    "cut short": built()[:-30],
    "something behind the archive": built() + b"<script>alert(1)</script>",
    "large archive's end record": zip64(),
    "packed too hard": built(Entry("content/blank.txt", b" " * (MIB + MIB // 2))),
    "a file too large": built(Entry("content/film.mp4", NOISE * 2 + b"x"), method=zipfile.ZIP_STORED),
    "all files too large": built(
        *(Entry(f"content/{n}.mp4", NOISE * 2) for n in range(3)), method=zipfile.ZIP_STORED
    ),
    "too many files": built(*(Entry(f"content/{n}.txt") for n in range(80))),
    "larger than it says": built(Entry("content/a.txt", b"a" * 999, says=3)),
    "another checksum": built(Entry("content/a.txt", b"abc", crc=1)),
    "a name that climbs": built(Entry("../x.json", b"{}")),
    "a name that climbs from inside": built(Entry("content/../../x.json", b"{}")),
    "a name from the root": built(Entry("/etc/x.json", b"{}")),
    "a name with a drive": built(Entry("C:/x.json", b"{}")),
    "a name with backslashes": built(Entry("content\\x.json", b"{}")),
    "a name that turns around": built(Entry("content/\N{RIGHT-TO-LEFT OVERRIDE}gnp.txt")),
    "a link": built(Entry("content/x.txt", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)),
    "a device": built(Entry("content/x.txt", mode=stat.S_IFCHR | 0o666)),
    "a name twice": built(Entry("content/content.json", b"{}")),
    "a name twice but for case": built(Entry("content/Content.json", b"{}")),
    "a file inside a file": built(Entry("content/content.json/x.json", b"{}")),
    "the same bytes twice": overlapping(),
    "encrypted": built(Entry("content/a.txt", flags=1)),
    "packed in a way that browsers lack": built(method=zipfile.ZIP_LZMA),
    # kinds of files
    "a drawing in content": built(Entry("content/x.svg", b"<svg onload='alert(1)'/>")),
    "a page in content": built(Entry("content/x.html", b"<script>alert(1)</script>")),
    "a script in content": built(Entry("content/x.js", b"alert(1)")),
    "markup in content": built(Entry("content/x.xml", b"<x/>")),
    "an old film format in content": built(Entry("content/x.swf")),
    "a page in a library": built(Entry(f"{HELPER}/x.html", b"<script>alert(1)</script>")),
    "a program in a library": built(Entry(f"{HELPER}/x.exe")),
    # h5p.json
    "no h5p.json": made(**{"h5p.json": None}),
    "h5p.json is cut short": made(**{"h5p.json": b'{"title": "x"'}),
    "h5p.json is a list": made(**{"h5p.json": [description()]}),
    "h5p.json in UTF-16": made(**{"h5p.json": json.dumps(description()).encode("utf-16")}),
    "no title": described(title=None),
    "an empty title": described(title=""),
    "a title too long": described(title="å" * 256),
    "no language": described(language=None),
    "a language in words": described(language="norsk bokmål"),
    "no ways of embedding": described(embedTypes=None),
    "an unknown way of embedding": described(embedTypes=["popup"]),
    "no dependencies": described(preloadedDependencies=None),
    "a dependency without a version": described(preloadedDependencies=[{"machineName": QUESTION}]),
    "no main library": described(mainLibrary=None),
    "a main library that is not among the dependencies": described(preloadedDependencies=[needs(SHARED, 2, 1)]),
    "an empty list of ways of embedding": described(embedTypes=[]),
    "a dependency whose name climbs": described(preloadedDependencies=[needs(QUESTION, 1, 0), needs("../x", 1, 0)]),
    "an unknown licence": described(license="My own"),
    "a source that is a script": described(source="javascript:alert(1)"),
    # libraries
    "a main library that is not there": made(
        **{name: None for name in files() if name.startswith(MAIN)},
    ),
    "a needed library that is not there": made(**{name: None for name in files() if name.startswith(HELPER)}),
    "another version than is needed": moved(
        "HandlekraftShared-2.2", **{f"{HELPER}/library.json": library(SHARED, (2, 2, 0))}
    ),
    "a folder of another name": moved("HandlekraftOther-2.1"),
    "a folder without library.json": built(Entry("HandlekraftExtra-1.0/x.js")),
    "library.json is cut short": made(**{f"{HELPER}/library.json": b"{"}),
    "library.json without a name": helper(machineName=None),
    "library.json without a patch": helper(patchVersion=None),
    "library.json does not say whether it runs": helper(runnable=None),
    "a version below nought": helper(patchVersion=-1),
    "core 1.29": helper(coreApi={"majorVersion": 1, "minorVersion": 29}),
    "core 2.0": helper(coreApi={"majorVersion": 2, "minorVersion": 0}),
    "a script that is not there": made(**{f"{MAIN}/question.js": None}),
    "a style that is not there": made(**{f"{MAIN}/question.css": None}),
    "a script outside of the library": helper(preloadedJs=[{"path": f"../{MAIN}/question.js"}]),
    "a drawing as a script": made(
        **{f"{MAIN}/library.json": main_library(preloadedJs=[{"path": "x.svg"}]), f"{MAIN}/x.svg": b"<svg/>"}
    ),
    "a script of another server": helper(preloadedJs=[{"path": "https://cdn.example/x.js"}]),
    "a main library that cannot run": made(**{f"{MAIN}/library.json": main_library(runnable=0)}),
    "libraries that need each other": helper(preloadedDependencies=[needs(QUESTION, 1, 0)]),
    "a library that needs itself": helper(preloadedDependencies=[needs(SHARED, 2, 1)]),
    "semantics that cannot be read": made(**{f"{MAIN}/semantics.json": b"["}),
    # content
    "no content.json": made(**{"content/content.json": None}),
    "content is cut short": made(**{"content/content.json": b'{"question": "x"'}),
    "content is a list": made(**{"content/content.json": [CONTENT]}),
    "content with a number that is none": content(more=float("nan")),
    "content nested too deep": made(**{"content/content.json": _DEEP}),
    "text that is a number": content(question=7),
    "a script in text": content(question="<script>alert(1)</script>"),
    "an event in text": content(question="<b onclick='alert(1)'>Hva?</b>"),
    "a picture that is not there": content(picture={"path": "images/x.png", "mime": "image/png"}),
    "a picture outside of the folder": content(picture={"path": "../h5p.json", "mime": "image/png"}),
    "content of a library that is not there": with_part("HandlekraftPart 1.0", there=False),
    "content of another version than is there": with_part("HandlekraftPart 1.7"),
    "content in content that does not fit": with_part(params={"text": ["Hei"]}),
    "content in content with an id that is none": with_part(subContentId="../../x"),
}  # fmt: skip
