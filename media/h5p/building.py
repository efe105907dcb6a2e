"""Writes .h5p files: for export, and for tests that need a package."""

import stat
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO, Final

from media.h5p.package import DEFAULT_LIMITS, RATIO_JUDGED_ABOVE, SOUND_AND_FILM, extension, is_safe_name

# Packed by their own format already (wav little enough): trying again takes time and gains next to nothing.
PACKED_KINDS: Final = SOUND_AND_FILM | {"png", "jpg", "jpeg", "gif", "woff", "woff2", "docx", "xlsx", "pptx"}
# The first moment a ZIP can tell. A true one would make every export of the same content another file.
ALWAYS: Final = (1980, 1, 1, 0, 0, 0)


def write_package(out: BinaryIO, files: Mapping[str, bytes]) -> None:
    """Writes `files`, by name inside the package, to `out` as a .h5p: h5p.json first, the rest by name.

    The same files give the same bytes, whatever their order (with one version of zlib). Each is asked for once and let
    go when it is written, so a mapping that reads on demand keeps memory small. What H5P asks of them is not checked.
    Raises ValueError, before anything is written, when `open_package` would find a name unsafe.
    """
    unsafe = [name for name in files if not is_safe_name(name)]
    if unsafe:
        raise ValueError(f"Not safe as names in a package: {unsafe!r}")
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files, key=lambda name: (name != "h5p.json", name)):
            data = files[name]
            info = zipfile.ZipInfo(name, date_time=ALWAYS)
            info.create_system = 3  # Unix, on every system
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data, compress_type=_method(name, data))


def _method(name: str, data: bytes) -> int:
    """Stored also when packing would make the file look like a bomb: an export must be fit to be taken in again."""
    if extension(name) in PACKED_KINDS:
        return zipfile.ZIP_STORED
    if len(data) > RATIO_JUDGED_ABOVE and len(data) > len(zlib.compress(data)) * DEFAULT_LIMITS.ratio // 2:
        return zipfile.ZIP_STORED
    return zipfile.ZIP_DEFLATED
