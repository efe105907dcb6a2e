"""Taking in a package that a trainer or an administrator uploads, and giving it back."""

import math
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from media.h5p.errors import Code, H5PError, Problem
from media.h5p.inspection import DESCRIPTION, Inspection, Library, inspect
from media.h5p.package import DEFAULT_LIMITS, Archive, Limits, open_package
from media.h5p.schema import load_json
from media.models import H5PContent, H5PLibrary, H5PVersion
from media.services.files import keep_all, keep_file, open_file
from media.services.libraries import approve, approved, as_known, digest_of

_CONTENT_FOLDER = "content"
# What no database takes in a text, and no reader sees.
_NOT_STORED = {0: None} | dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of an upload. `waiting` are libraries that somebody must approve before it can be played."""

    version: H5PVersion
    waiting: tuple[H5PLibrary, ...]


def judge(file: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """What is in the package, without keeping anything. Raises H5PError with all that is wrong with it."""
    with open_package(file, limits) as archive:
        return inspect(archive, as_known(approved()))


def take_in(
    *,
    content: H5PContent,
    file: BinaryIO,
    file_name: str,
    by: User | None,
    may_approve: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> TakenIn:
    """Keeps a package as the next version of `content`, which need not be saved yet, and makes it the current one.

    Libraries it brings that are not approved here in the same or a higher patch are kept and wait for approval, unless
    `may_approve`. Raises H5PError, and then nothing refers to any of it. Files are written before the one transaction
    in which they are referred to: cut off in between, they are orphans that the clean-up finds.
    """
    with open_package(file, limits) as archive:
        known = approved()
        found = inspect(archive, as_known(known))
        fresh = [
            _new_library(archive, library)
            for name, library in found.libraries.items()
            if name not in known or library.description.patch > known[name].patch
        ]
        files = keep_all(archive, _CONTENT_FOLDER, found.content_files)
        description = _document(archive, DESCRIPTION)
    params = _storable(found.content, f"{_CONTENT_FOLDER}/content.json")
    package, size = keep_file(file)
    with transaction.atomic():
        brought = [_known_or_new(library, by) for library in fresh]
        waiting = [library for library in brought if library.state != H5PLibrary.State.APPROVED]
        if may_approve:
            approve(waiting, by=by)
        version = H5PVersion.objects.create(
            content=content,
            number=_next_number(content),
            main=str(found.description.main),
            description=description,
            params=params,
            needs=[str(name) for name in found.order],
            files=files,
            package=package,
            size=size,
            file_name=file_name[-255:],
            uploaded_by=by,
        )
        content.current = version
        content.save()
    return TakenIn(version, () if may_approve else tuple(waiting))


def export(version: H5PVersion) -> BinaryIO:
    """The package as it was uploaded. Raises FileGoneError."""
    return open_file(version.package)


def _next_number(content: H5PContent) -> int:
    """Saves a content that is new; holds one that is not, so that of two uploads at once one waits for the other."""
    if content._state.adding:
        content.save()
    H5PContent.objects.select_for_update().get(pk=content.pk)
    return (content.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _new_library(archive: Archive, library: Library) -> H5PLibrary:
    """The library as a row that is not saved; its files are kept."""
    files = keep_all(archive, library.folder, library.files)
    told = library.description
    where = f"{library.folder}/library.json"
    return H5PLibrary(
        machine_name=told.name.machine_name,
        major=told.name.major,
        minor=told.name.minor,
        patch=told.patch,
        title=told.title,
        description=_document(archive, where),
        semantics=_storable(library.semantics, where),
        files=files,
        digest=digest_of(files),
    )


def _known_or_new(library: H5PLibrary, by: User | None) -> H5PLibrary:
    """The row of the same library that another upload brought, or this one saved."""
    same = {name: getattr(library, name) for name in ("machine_name", "major", "minor", "patch", "digest")}
    rest = {name: getattr(library, name) for name in ("title", "description", "semantics", "files")}
    return H5PLibrary.objects.get_or_create(**same, defaults={**rest, "brought_by": by})[0]


def _document(archive: Archive, name: str) -> Any:
    return _storable(load_json(archive.read(name), name), name)


def _storable(value: Any, where: str) -> Any:
    """JSON without the characters that a database refuses. Raises H5PError for a number that is too large to be one.

    `load_json` has bounded how deep it goes.
    """
    if isinstance(value, str):
        return value.translate(_NOT_STORED)
    if isinstance(value, list):
        return [_storable(item, where) for item in value]
    if isinstance(value, dict):
        return {_storable(key, where): _storable(item, where) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise H5PError([Problem(Code.NOT_JSON, where)])
    return value
