"""Which part of a file a browser asks for (RFC 9110, section 14): a film is moved about in without being fetched."""

import re
from dataclasses import dataclass

_ASKED = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*")


class OutOfReachError(Exception):
    """There is nothing of the file where it is asked for."""


@dataclass(frozen=True, slots=True)
class Part:
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def read_range(header: str, size: int) -> Part | None:
    """The part that is asked for; None for the whole, also where several parts or nonsense are asked for.

    Raises OutOfReachError where it begins after the end.
    """
    found = _ASKED.fullmatch(header)
    if found is None:
        return None
    first, last, from_end = found.groups()
    if from_end is not None:
        if int(from_end) == 0 or size == 0:
            raise OutOfReachError
        return Part(max(size - int(from_end), 0), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise OutOfReachError
    return Part(int(first), min(int(last), size - 1) if last else size - 1)
