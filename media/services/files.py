"""The files of packages: each kept once in private storage, under the name of what it holds."""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from media.h5p.package import MIB, Archive
from media.models import H5PFile, H5PLibrary, H5PVersion

FOLDER = "h5p"
# An upload that is under way has moved its files' `used_at` a moment ago; none takes this long.
LEFT_ALONE = dt.timedelta(days=1)
_IN_MEMORY = MIB


class FileGoneError(Exception):
    """A file that a row refers to is not in the storage: somebody took it away past the platform."""


def place_of(sha256: str) -> str:
    """Where a file lies in the private storage. Two letters of folder keep folders small."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def keep_all(archive: Archive, folder: str, names: Iterable[str]) -> dict[str, str]:
    """Keeps these files of a folder of a package; name → SHA-256. Raises H5PError for one that turns out broken.

    Not inside a transaction: a file is announced before it is written, so that one that no row came to refer to, since
    the work was cut off, is found by the clean-up.
    """
    return {name: _keep(archive, f"{folder}/{name}") for name in names}


def keep_file(file: BinaryIO) -> tuple[str, int]:
    """Keeps a whole file, from its beginning; gives its SHA-256 and its size in bytes."""
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_IN_MEMORY):
        digest.update(chunk)
    sha256, size = digest.hexdigest(), file.tell()
    file.seek(0)
    _store(sha256, size, file)
    return sha256, size


def _keep(archive: Archive, name: str) -> str:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as out:
        sha256 = archive.copy(name, out)  # type: ignore[arg-type]  # a BinaryIO in all but its declared type
        size = out.tell()
        out.seek(0)
        _store(sha256, size, out)  # type: ignore[arg-type]  # as above
    return sha256


def _store(sha256: str, size: int, file: BinaryIO) -> None:
    """Writes the file unless it is there. The row first: `forget` holds it while it takes the file away."""
    H5PFile.objects.bulk_create(
        [H5PFile(sha256=sha256, size=size, used_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["used_at"],
    )
    storage = storages["private"]
    if not storage.exists(place_of(sha256)):
        storage.save(place_of(sha256), File(file))


def open_file(sha256: str) -> BinaryIO:
    """The file, to be read and closed by the caller. Raises FileGoneError."""
    try:
        return storages["private"].open(place_of(sha256))  # type: ignore[return-value]  # Django's File reads as one
    except OSError as error:
        raise FileGoneError(sha256) from error


# --- what is kept, and what nobody refers to --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept. `unused` are bytes that no content and no library refers to."""

    files: int
    size: int
    unused_files: int
    unused: int


def referenced() -> set[str]:
    """The SHA-256 of every file that a library or a version refers to, the packages as they came among them."""
    found: set[str] = set(H5PVersion.objects.values_list("package", flat=True))
    for model in (H5PVersion, H5PLibrary):
        rows: Iterator[Mapping[str, str]] = model.objects.values_list("files", flat=True).iterator(chunk_size=50)
        for files in rows:
            found.update(files.values())
    return found


def orphans(now: dt.datetime | None = None) -> list[H5PFile]:
    """Files that nobody refers to and no upload has relied on for a day."""
    used = referenced()
    old = H5PFile.objects.filter(used_at__lt=(now or timezone.now()) - LEFT_ALONE)
    return [file for file in old.iterator() if file.sha256 not in used]


def strays() -> list[str]:
    """Places in the storage that no row knows: put there past the platform, or by an upload that was undone whole."""
    storage = storages["private"]
    known = set(H5PFile.objects.values_list("sha256", flat=True))
    found = []
    for folder in _folders():
        found += [f"{folder}/{name}" for name in storage.listdir(folder)[1] if name not in known]
    return found


def _folders() -> list[str]:
    try:
        folders = storages["private"].listdir(FOLDER)[0]
    except FileNotFoundError:  # nothing was ever kept
        return []
    return [f"{FOLDER}/{folder}" for folder in sorted(folders)]


def forget(file: H5PFile, now: dt.datetime | None = None) -> bool:
    """Takes an orphan away, unless an upload has relied on it since it was found. Whether it went.

    The row is deleted first and the file before the commit: an upload that wants the same file waits for the row, and
    then finds no file and writes it.
    """
    with transaction.atomic():
        gone, _ = H5PFile.objects.filter(pk=file.pk, used_at__lt=(now or timezone.now()) - LEFT_ALONE).delete()
        if gone:
            storages["private"].delete(place_of(file.sha256))
    return bool(gone)


def forget_stray(place: str, now: dt.datetime | None = None) -> bool:
    """Takes a stray away unless it is new: then it may be of an upload that is under way. Whether it went."""
    storage = storages["private"]
    if storage.get_modified_time(place) > (now or timezone.now()) - LEFT_ALONE:
        return False
    storage.delete(place)
    return True


def kept() -> Kept:
    used = referenced()
    files = list(H5PFile.objects.values_list("sha256", "size"))
    unused = [size for sha256, size in files if sha256 not in used]
    return Kept(len(files), sum(size for _, size in files), len(unused), sum(unused))
