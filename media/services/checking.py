"""Everything that is stored of packages, judged again: by the files as they lie, and by the rules of today."""

import hashlib
from collections.abc import Iterator

from django.db.models import Q

from media.h5p.errors import Code, H5PError, Problem
from media.h5p.inspection import inspect
from media.h5p.package import open_package
from media.models import H5PFile, H5PLibrary, H5PVersion
from media.services.files import FileGoneError, open_file, referenced, strays
from media.services.libraries import approved, as_known

_CHUNK = 1024 * 1024


def check_files() -> Iterator[tuple[str, str]]:
    """(file, "missing" | "changed" | "unknown") for every file that is not what the rows say."""
    for sha256 in sorted(referenced()):
        if not H5PFile.objects.filter(pk=sha256).exists():
            yield sha256, "unknown"
        elif found := _fault(sha256):
            yield sha256, found
    for place in strays():
        yield place, "unknown"


def _fault(sha256: str) -> str:
    digest = hashlib.sha256()
    try:
        with open_file(sha256) as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except FileGoneError:
        return "missing"
    return "" if digest.hexdigest() == sha256 else "changed"


def check_versions() -> Iterator[tuple[H5PVersion, tuple[Problem, ...]]]:
    """Every package as it was uploaded, inspected anew. Yields those with problems: rules may have grown stricter."""
    rows = H5PLibrary.objects.filter(~Q(state=H5PLibrary.State.REFUSED)).order_by("patch")
    known = as_known({row.name: row for row in rows} | approved())
    versions = H5PVersion.objects.select_related("content").defer("params", "files").order_by("pk")
    for version in versions.iterator(chunk_size=50):
        try:
            with open_file(version.package) as file, open_package(file) as archive:
                inspect(archive, known)
        except FileGoneError:
            yield version, (Problem(Code.MISSING_FILE, version.package),)
        except H5PError as error:
            yield version, error.problems
