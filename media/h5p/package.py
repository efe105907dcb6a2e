"""Opens a .h5p file, which is a ZIP from anywhere, and gives its files without trusting a word of what it says.

Nothing is written to disk here, and nothing is unpacked before the whole directory of the ZIP has been judged. Sizes in
the directory only allow an early refusal; the bytes that really come out are counted again while they are read. The
allowed kinds are those of the H5P core (its default list), without what a browser would run when it stands in content.
"""

import copy
import hashlib
import os
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, Self

from media.h5p.errors import Code, H5PError, Problem

KIB: Final = 1024
MIB: Final = 1024 * KIB


def _kinds(extensions: str) -> frozenset[str]:
    return frozenset(extensions.split())


# H5P core, default list of allowed extensions, but for swf: no browser plays it, and old players run it.
CONTENT_KINDS: Final = _kinds(
    "json png jpg jpeg gif bmp tif tiff eot ttf woff woff2 otf webm mp4 ogg mp3 m4a wav txt pdf rtf doc docx xls xlsx "
    "ppt pptx odt ods odp csv diff patch md textile vtt webvtt gltf glb"
)
# A library is code that somebody answered for; its folder may also hold files without an extension, such as LICENSE.
LIBRARY_KINDS: Final = CONTENT_KINDS | _kinds("js css svg xml")
SOUND_AND_FILM: Final = _kinds("webm mp4 ogg mp3 m4a wav")

RATIO_JUDGED_ABOVE: Final = MIB  # bytes unpacked; a short file of blanks is packed harder than any bomb
MOST_PROBLEMS: Final = 50  # more help nobody, and a hostile package could have thousands
LONGEST_NAME: Final = 255  # characters, with folders

_CHUNK: Final = 64 * KIB
_DIRECTORY_BYTES_PER_FILE: Final = 2 * KIB  # on average; a name of LONGEST_NAME needs 1 KiB at the most
_ENCRYPTED_FLAGS: Final = 0x1 | 0x40 | 0x2000  # the file, strongly, or the directory itself
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

# ZIP file format specification (APPNOTE.TXT): 4.3.16, end of central directory; 4.3.12, one file in it.
_END_RECORD: Final = struct.Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_ZIP64_LOCATOR_SIGNATURE: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES: Final = 20
_LONGEST_COMMENT: Final = 0xFFFF
_ENTRY_SIGNATURE: Final = b"PK\x01\x02"
_ENTRY_BYTES: Final = 46
_ENTRY_LENGTHS: Final = struct.Struct("<3H")  # of name, extra field and comment, 28 bytes into the entry
_FILE_SIGNATURE: Final = b"PK\x03\x04"
_FILE_HEADER_BYTES: Final = 30

# What the standard library raises over a broken archive. RuntimeError covers NotImplementedError and RecursionError,
# ValueError covers UnicodeDecodeError, ArithmeticError covers OverflowError.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    ArithmeticError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a package is taken in. All but `files` and `ratio` are in bytes."""

    package: int = 200 * MIB  # the .h5p file itself
    file: int = 64 * MIB  # one file in it, unpacked
    video: int = 128 * MIB  # one file of sound or film, unpacked
    json: int = 16 * MIB  # one .json file, unpacked: it is read into memory
    unpacked: int = 500 * MIB  # all files together
    files: int = 5_000  # entries in the ZIP: folders and what is left out count too
    ratio: int = 100  # times smaller than unpacked, for files above RATIO_JUDGED_ABOVE

    def of(self, name: str) -> int:
        """How large the file called `name` may be, in bytes."""
        kind = extension(name)
        if kind == "json":
            return self.json
        return self.video if kind in SOUND_AND_FILM else self.file


DEFAULT_LIMITS: Final = Limits()


def extension(name: str) -> str:
    """What follows the last dot of a file's name, in lower case; empty when there is none."""
    _, dot, after = _last_segment(name).rpartition(".")
    return after.lower() if dot else ""


def is_safe_name(name: str) -> bool:
    """Whether `name` is a relative path that means the same, and stays inside its folder, on every system.

    Format characters (Unicode Cf) are refused with the control characters: they can turn a name around on the screen.
    """
    return (
        0 < len(name) <= LONGEST_NAME
        and not any(sign in name for sign in "\\:")
        and not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in name)
        and not any(segment in {"", ".", ".."} for segment in name.split("/"))
    )


def _last_segment(name: str) -> str:
    return name.rpartition("/")[2]


def _is_left_out(name: str) -> bool:
    """Folders, hidden files and what lies beside h5p.json: platforms pass them by (H5P core, isValidPackage)."""
    if name.endswith("/") or ("/" not in name and name != "h5p.json"):
        return True
    return any(segment.startswith((".", "_")) for segment in name.split("/"))


def _is_allowed_kind(name: str) -> bool:
    """Judged without regard to case: some file systems see no difference between content/ and Content/."""
    if name.partition("/")[0].casefold() in {"content", "h5p.json"}:
        return extension(name) in CONTENT_KINDS
    return "." not in _last_segment(name) or extension(name) in LIBRARY_KINDS


def _same(name: str) -> str:
    """Names with the same result are one file on some system: without case, and however accents are composed."""
    return unicodedata.normalize("NFC", name).casefold()


def _shown(name: str) -> str:
    """A name as it may stand in a message, however hostile: short, and without anything that cannot be printed."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name[:LONGEST_NAME])


@contextmanager
def _damage_told(name: str = "") -> Iterator[None]:
    """Turns what the standard library raises over a broken archive into an H5PError about `name`."""
    try:
        yield
    except _BROKEN as fault:
        raise H5PError([Problem(Code.DAMAGED, _shown(name))]) from fault


def _refuse_unless(sound: bool) -> None:
    if not sound:
        raise H5PError([Problem(Code.DAMAGED)])


class Archive:
    """The files of an opened package. A context manager; the file it reads from stays open and is the caller's.

    Not for use by two threads at once.
    """

    def __init__(self, archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], limits: Limits) -> None:
        """For `open_package`, which has judged `files`."""
        self._archive = archive
        self._files = files
        self._limits = limits
        self._read_of: dict[str, int] = {}  # bytes unpacked by name, so that a second reading does not count again
        self._unpacked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._archive.close()

    @property
    def names(self) -> Sequence[str]:
        """Every file of the package, in the order of the archive: safe names, allowed kinds, each once."""
        return tuple(self._files)

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The whole file, for small ones. `limit` in bytes can only narrow the package's own. Raises H5PError."""
        return b"".join(self._chunks(name, limit))

    def copy(self, name: str, out: BinaryIO) -> str:
        """Writes the file to `out`, little by little, and gives its SHA-256 in hexadecimal.

        Raises H5PError, after which what `out` has received must be thrown away. Errors of `out` itself, such as a full
        disk, come through as they are.
        """
        digest = hashlib.sha256()
        for chunk in self._chunks(name):
            digest.update(chunk)
            out.write(chunk)
        return digest.hexdigest()

    def _chunks(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        info = self._files.get(name)
        if info is None:
            raise H5PError([Problem(Code.MISSING_FILE, _shown(name))])
        largest = self._limits.of(name) if limit is None else min(limit, self._limits.of(name))
        if info.file_size > largest:
            raise H5PError([Problem(Code.FILE_TOO_LARGE, name, {"limit": largest})])

        # zipfile stops in silence at the size in the directory, even if more would come: let it go on, and count.
        endless = copy.copy(info)
        endless.file_size = sys.maxsize
        size = 0
        with _damage_told(name), self._archive.open(endless) as member:
            while chunk := member.read(_CHUNK):
                size += len(chunk)
                self._count(name, size, largest)
                yield chunk
        if size != info.file_size:
            raise H5PError([Problem(Code.DAMAGED, name)])

    def _count(self, name: str, size: int, largest: int) -> None:
        """Raises H5PError if `size` real bytes of `name` are too many, for the file or for the whole package."""
        before = self._read_of.get(name, 0)
        if size > before:
            self._read_of[name] = size
            self._unpacked += size - before
        if size > largest:
            raise H5PError([Problem(Code.FILE_TOO_LARGE, name, {"limit": largest})])
        if _is_packed_too_hard(size, self._files[name].compress_size, self._limits):
            raise H5PError([Problem(Code.COMPRESSED_TOO_HARD, name, {"limit": self._limits.ratio})])
        if self._unpacked > self._limits.unpacked:
            raise H5PError([Problem(Code.UNPACKED_TOO_LARGE, facts={"limit": self._limits.unpacked})])


def open_package(file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Archive:
    """Judges the directory of the .h5p in `file`, which must be able to seek, and gives its files.

    Raises H5PError with every problem found, up to MOST_PROBLEMS; nothing has been unpacked then. Archives of the ZIP64
    form (more than 4 GiB or 65,534 files) are refused whatever the limits, and so is anything after the archive's end.
    """
    with _damage_told():
        directory_at = _check_directory(file, limits)
        archive = zipfile.ZipFile(file, metadata_encoding="utf-8")
    files, problems = _judge(archive.infolist(), directory_at, limits)
    if problems:
        archive.close()
        raise H5PError(problems[:MOST_PROBLEMS])
    return Archive(archive, files, limits)


def _check_directory(file: BinaryIO, limits: Limits) -> int:
    """Makes sure that the directory is small enough for zipfile, which reads it whole; gives where it begins.

    Raises H5PError. It is stricter than zipfile, so both look at the same directory: the end record must be the last
    thing in the file, the directory must stand right before it, and both must agree on the number of entries.
    """
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if size > limits.package:
        raise H5PError([Problem(Code.PACKAGE_TOO_LARGE, facts={"limit": limits.package})])

    window = min(size, _ZIP64_LOCATOR_BYTES + _END_RECORD.size + _LONGEST_COMMENT)
    file.seek(size - window)
    tail = file.read(window)
    end = tail.rfind(_END_SIGNATURE)
    if end < 0:
        file.seek(0)
        begun = file.read(len(_FILE_SIGNATURE)) == _FILE_SIGNATURE
        raise H5PError([Problem(Code.DAMAGED if begun else Code.NOT_AN_ARCHIVE)])
    _refuse_unless(len(tail) - end >= _END_RECORD.size)
    _, disk, first_disk, entries_here, entries, length, offset, comment = _END_RECORD.unpack_from(tail, end)
    if entries > limits.files:
        raise H5PError([Problem(Code.TOO_MANY_FILES, facts={"limit": limits.files})])
    locator = max(end - _ZIP64_LOCATOR_BYTES, 0)
    _refuse_unless(
        end + _END_RECORD.size + comment == len(tail)
        and offset + length == size - len(tail) + end
        and length <= limits.files * _DIRECTORY_BYTES_PER_FILE
        and (disk, first_disk, entries_here) == (0, 0, entries)
        and not tail.startswith(_ZIP64_LOCATOR_SIGNATURE, locator, end)
    )
    file.seek(offset)
    _check_entries(file.read(length), entries)
    return int(offset)


def _check_entries(directory: bytes, entries: int) -> None:
    """Raises H5PError unless `directory` is exactly so many entries, each with a name in UTF-8.

    Old tools write names in the code page of their machine and do not tell which: they cannot be read with certainty.
    """
    at = 0
    problems: list[Problem] = []
    for _ in range(entries):
        _refuse_unless(directory.startswith(_ENTRY_SIGNATURE, at) and at + _ENTRY_BYTES <= len(directory))
        name, extra, comment = _ENTRY_LENGTHS.unpack_from(directory, at + 28)
        at += _ENTRY_BYTES
        raw = directory[at : at + name]
        try:
            raw.decode()
        except UnicodeDecodeError:
            problems.append(Problem(Code.UNSAFE_NAME, _shown(raw.decode(errors="replace"))))
        at += name + extra + comment
    _refuse_unless(at == len(directory))
    if problems:
        raise H5PError(problems[:MOST_PROBLEMS])


def _judge(
    entries: Sequence[zipfile.ZipInfo], directory_at: int, limits: Limits
) -> tuple[Mapping[str, zipfile.ZipInfo], Sequence[Problem]]:
    """The files to keep by name, and everything wrong that the directory tells of.

    Of what is left out, only names, links and overlaps are judged: the rest of it is never unpacked.
    """
    problems = _overlaps(entries, directory_at)
    files: dict[str, zipfile.ZipInfo] = {}
    taken: set[str] = set()
    for info in entries:
        name = info.orig_filename  # `filename` ends at the first NUL
        if not is_safe_name(name.removesuffix("/")):
            problems.append(Problem(Code.UNSAFE_NAME, _shown(name)))
        elif not _is_file_or_folder(info):
            problems.append(Problem(Code.NOT_A_FILE, name))
        elif not _is_left_out(name):
            if _same(name) in taken:
                problems.append(Problem(Code.SAME_NAME_TWICE, name))
            taken.add(_same(name))
            problems.extend(_problems_of(info, name, limits))
            files[name] = info
    problems.extend(Problem(Code.SAME_NAME_TWICE, name) for name in files if _lies_inside_a_file(name, taken))
    if sum(info.file_size for info in files.values()) > limits.unpacked:
        problems.append(Problem(Code.UNPACKED_TOO_LARGE, facts={"limit": limits.unpacked}))
    return files, problems


def _problems_of(info: zipfile.ZipInfo, name: str, limits: Limits) -> Iterator[Problem]:
    if not _is_allowed_kind(name):
        yield Problem(Code.KIND_NOT_ALLOWED, name, {"kind": extension(name)})
    if info.flag_bits & _ENCRYPTED_FLAGS:
        yield Problem(Code.ENCRYPTED, name)
    elif info.compress_type not in _METHODS:
        yield Problem(Code.DAMAGED, name)
    if info.file_size > limits.of(name):
        yield Problem(Code.FILE_TOO_LARGE, name, {"limit": limits.of(name)})
    elif _is_packed_too_hard(info.file_size, info.compress_size, limits):
        yield Problem(Code.COMPRESSED_TOO_HARD, name, {"limit": limits.ratio})


def _is_packed_too_hard(size: int, packed: int, limits: Limits) -> bool:
    return size > RATIO_JUDGED_ABOVE and size > packed * limits.ratio


def _is_file_or_folder(info: zipfile.ZipInfo) -> bool:
    """By the Unix mode in the high half of the attributes, whichever system claims to have written them."""
    usual = stat.S_IFDIR if info.orig_filename.endswith("/") else stat.S_IFREG
    return stat.S_IFMT(info.external_attr >> 16) in {0, usual}


def _lies_inside_a_file(name: str, taken: set[str]) -> bool:
    """Whether one of the folders of `name` is itself a file of the package."""
    folders = _same(name).split("/")[:-1]
    return any("/".join(folders[:depth]) in taken for depth in range(1, len(folders) + 1))


def _overlaps(entries: Sequence[zipfile.ZipInfo], directory_at: int) -> list[Problem]:
    """Files that share bytes with the next one or with the directory, so that a few bytes are unpacked many times.

    The extra field of the file's own header is not counted, as the directory does not tell its length. It could only
    make files longer, and without it all packed sizes together are still no more than the package.
    """
    problems = []
    in_order = sorted(entries, key=lambda info: info.header_offset)
    ends = [info.header_offset for info in in_order[1:]] + [directory_at]
    for info, end in zip(in_order, ends, strict=False):
        length = _FILE_HEADER_BYTES + len(info.orig_filename.encode()) + info.compress_size
        if info.header_offset + length > end:
            problems.append(Problem(Code.DAMAGED, _shown(info.orig_filename)))
    return problems
