"""The addresses that an activity's files are played from, and what a page of the player may do.

The player runs in a frame without an origin, because libraries are programs of strangers. Nothing that such a frame
asks for carries a cookie, so the address itself is the permission: it is signed and it ends. For half a day all get the
same address, so that browsers keep what they have fetched.

Libraries have an address of their own, shared by all contents that run on the same ones.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import signing

HALF_A_DAY = 12 * 3600
_CONTENT = "media.playing.content"
_LIBRARIES = "media.playing.libraries"


class AddressError(Exception):
    """The address was not made here, or it has ended."""


@dataclass(frozen=True, slots=True)
class Playable:
    """What one address lets be played: a version of a content, on these libraries in this order."""

    version_id: int
    library_ids: tuple[int, ...]


def content_key(playable: Playable, now: float | None = None) -> str:
    """The part of the address that stands for a content and its player."""
    return _sign([playable.version_id, *playable.library_ids], _CONTENT, now)


def libraries_key(library_ids: Sequence[int], now: float | None = None) -> str:
    """The part of the address that stands for some libraries."""
    return _sign(list(library_ids), _LIBRARIES, now)


def read_content_key(key: str, now: float | None = None) -> Playable:
    """Raises AddressError."""
    version_id, *library_ids = _read(key, _CONTENT, now)
    return Playable(version_id, tuple(library_ids))


def read_libraries_key(key: str, now: float | None = None) -> tuple[int, ...]:
    """Raises AddressError."""
    return tuple(_read(key, _LIBRARIES, now))


def seconds_left(now: float | None = None) -> int:
    """For how long an address that is made now is good: between half a day and a whole one."""
    now = time.time() if now is None else now
    return int(_ends(now) - now)


def _ends(now: float) -> int:
    return (int(now) // HALF_A_DAY + 2) * HALF_A_DAY


def _sign(ids: list[int], salt: str, now: float | None) -> str:
    ends = _ends(time.time() if now is None else now)
    return signing.Signer(salt=salt, sep="~").sign("-".join(format(number, "x") for number in (ends, *ids)))


def _read(key: str, salt: str, now: float | None) -> list[int]:
    try:
        ends, *ids = (int(part, 16) for part in signing.Signer(salt=salt, sep="~").unsign(key).split("-"))
    except (signing.BadSignature, ValueError) as error:
        raise AddressError from error
    if ends < (time.time() if now is None else now):
        raise AddressError
    return ids
