"""Libraries: who brought which, which may run, and in which patch."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from media.h5p.inspection import Library
from media.h5p.library import LibraryName, closure
from media.h5p.schema import LibraryDescription, read_description, read_library
from media.models import H5PLibrary, H5PVersion

S = H5PLibrary.State


class AlreadyJudgedError(Exception):
    """Somebody else has judged the library in the meantime, or another one of the same patch is approved."""


def digest_of(files: Mapping[str, str]) -> str:
    """One name for all files of a library together: the paths and what each holds."""
    lines = "".join(f"{path}\0{sha256}\n" for path, sha256 in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def approved(names: Collection[str] | None = None, *, slim: bool = False) -> dict[LibraryName, H5PLibrary]:
    """The patch that is run of every version, of all libraries or of those with one of these machine names. One query.

    `slim` leaves the large columns until they are asked for.
    """
    rows = H5PLibrary.objects.filter(state=S.APPROVED).order_by("patch")
    if names is not None:
        rows = rows.filter(machine_name__in=names)
    if slim:
        rows = rows.defer("description", "semantics", "files")
    return {row.name: row for row in rows}


def as_known(rows: Mapping[LibraryName, H5PLibrary]) -> dict[LibraryName, Library]:
    """Stored libraries as the inspection of a package wants them."""
    return {name: Library(describe(row), row.semantics, tuple(row.files)) for name, row in rows.items()}


def describe(row: H5PLibrary) -> LibraryDescription:
    """What the library says of itself. It was judged when it came, so reading it again raises nothing."""
    return read_library(json.dumps(row.description).encode())


def is_playable(version: H5PVersion) -> bool:
    """Whether every library it runs on is approved."""
    needed = {LibraryName.parse(name) for name in version.needs}
    return needed <= approved([name.machine_name for name in needed], slim=True).keys()


def waiting_for(version: H5PVersion) -> list[H5PLibrary]:
    """Libraries that somebody must judge before the version can be played: the newest patch of each that is missing."""
    needed = {LibraryName.parse(name) for name in version.needs}
    missing = needed - approved([name.machine_name for name in needed]).keys()
    rows = H5PLibrary.objects.filter(machine_name__in=[name.machine_name for name in missing], state=S.WAITING)
    newest = {row.name: row for row in rows.order_by("patch")}
    return [newest[name] for name in sorted(missing) if name in newest]


def approve(libraries: Iterable[H5PLibrary], *, by: User | None) -> None:
    """Lets the libraries run: all of them or none. Raises AlreadyJudgedError."""
    try:
        with transaction.atomic():
            for library in libraries:
                _judge(library, S.APPROVED, by, "")
            _order_anew()
    except IntegrityError as error:
        raise AlreadyJudgedError from error


@transaction.atomic
def refuse(library: H5PLibrary, *, by: User | None, reason: str) -> None:
    """Keeps a library from running, also one that was approved. What needs it cannot be played until another comes.

    Raises AlreadyJudgedError.
    """
    _judge(library, S.REFUSED, by, reason)


def _judge(library: H5PLibrary, state: H5PLibrary.State, by: User | None, reason: str) -> None:
    changed = (
        H5PLibrary.objects.filter(pk=library.pk)
        .exclude(state=state)
        .update(state=state, judged_by=by, judged_at=timezone.now(), reason=reason)
    )
    if not changed:
        raise AlreadyJudgedError


def _order_anew() -> None:
    """A new patch may need other libraries than the one before: versions get the order that holds now."""
    known = {name: describe(row) for name, row in approved().items()}
    for version in H5PVersion.objects.defer("params", "files").iterator(chunk_size=100):
        if not {LibraryName.parse(name) for name in version.needs} <= known.keys():
            continue  # it waits for another library, and is told when that one is approved
        told = read_description(json.dumps(version.description).encode())
        order = [str(name) for name in closure(told.main, known, told.preloaded_dependencies)]
        if order != version.needs:
            H5PVersion.objects.filter(pk=version.pk).update(needs=order)
