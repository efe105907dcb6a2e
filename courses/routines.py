"""What a module leaves to the workplace to answer: read from its blocks when it is published.

[{"slot": "melding", "title": "Slik melder vi", "text": "Hos oss er det avtalt …", "asks": ["Hvem melder?"]}, …]
"""

from collections.abc import Iterable, Mapping
from typing import Any


def routines_in(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every routine of the parts as they lie in a revision, each slot once."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        for block in part["value"]["body"] if part["type"] == "part" else ():
            if block["type"] == "routine":
                value = block["value"]
                asks = [item["value"] for item in value["asks"]]
                routine = {"slot": value["slot"], "title": value["title"], "text": value["text"], "asks": asks}
                found.setdefault(value["slot"], routine)
    return list(found.values())
