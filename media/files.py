"""Which documents may be uploaded: by the end of the name, by what the file begins with, and by size."""

import zipfile
from pathlib import PurePath
from typing import IO

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

MAX_BYTES = 20 * 1024 * 1024

# What must lie in the package of an Office file, and what an OpenDocument file says that it is.
_OFFICE = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_OPEN = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_TEXT = {"txt", "csv"}
EXTENSIONS = ("pdf", *_OFFICE, *_OPEN, *sorted(_TEXT, reverse=True))
_HEAD = 8192
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BINARY = (b"%PDF-", b"PK\x03\x04", b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"Rar!", b"\x1f\x8b")


def problem_with(name: str, size: int, file: IO[bytes]) -> str | None:
    """Why the file may not be uploaded, said to whoever tries; None when it may."""
    extension = PurePath(name).suffix.lower().removeprefix(".")
    if extension not in EXTENSIONS:
        return _("Filer av denne typen kan ikke lastes opp. Du kan bruke: %(kinds)s.") % {
            "kinds": ", ".join(EXTENSIONS)
        }
    if size > MAX_BYTES:
        return _("Filen er på %(size)s. Den kan være på høyst %(most)s.") % {
            "size": filesizeformat(size),
            "most": filesizeformat(MAX_BYTES),
        }
    file.seek(0)
    try:
        if not _is(extension, file):
            return _(
                "Innholdet er ikke det navnet sier: Dette er ingen %(kind)s-fil. Lagre den på nytt, og prøv igjen."
            ) % {"kind": extension}
        if extension in _OFFICE and _has_macros(file):
            return _("Filen inneholder makroer. Lagre den uten, og prøv igjen.")
    finally:
        file.seek(0)
    return None


def _is(extension: str, file: IO[bytes]) -> bool:
    head = file.read(_HEAD)
    if extension == "pdf":
        return b"%PDF-" in head[:1024]
    if extension in _TEXT:
        return bool(head) and not head.startswith(_BINARY) and (head.startswith(_BYTE_ORDER_MARKS) or b"\0" not in head)
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
            if extension in _OFFICE:
                return "[Content_Types].xml" in names and any(each.startswith(_OFFICE[extension]) for each in names)
            with package.open("mimetype") as said:
                return said.read(100).decode("ascii", "replace").strip() == _OPEN[extension]
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, ValueError):
        return False  # no package, a broken one, or one that is locked with a password


def _has_macros(file: IO[bytes]) -> bool:
    with zipfile.ZipFile(file) as package:
        return any(PurePath(each).name.lower() == "vbaproject.bin" for each in package.namelist())
