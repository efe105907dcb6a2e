"""What must be done in a part before the part is done, and what it shows: read from its blocks when it is published.

{part id: [{"activity": key, "rule": "passed", "least": 70}, {"video": key}, …]}
"""

from collections.abc import Iterable, Mapping
from typing import Any

Requirement = dict[str, Any]


def requirements(parts: Iterable[Mapping[str, Any]]) -> dict[str, list[Requirement]]:
    """By part, from parts as they lie in a revision. Parts that require nothing are left out."""
    found = {part["id"]: [*_of(part["value"]["body"])] for part in parts if part["type"] == "part"}
    return {part_id: wanted for part_id, wanted in found.items() if wanted}


def _of(body: Iterable[Mapping[str, Any]]) -> Iterable[Requirement]:
    for block in body:
        value = block["value"]
        if block["type"] == "activity" and value.get("required") and value.get("activity"):
            yield {"activity": value["activity"], "rule": value.get("done_when"), "least": value.get("least")}
        if block["type"] == "video" and value.get("required") and value.get("video"):
            yield {"video": value["video"]}


def videos_in(parts: Iterable[Mapping[str, Any]]) -> set[int]:
    """Every video that the parts show, required or not."""
    blocks = [block for part in parts if part["type"] == "part" for block in part["value"]["body"]]
    return {block["value"]["video"] for block in blocks if block["type"] == "video" and block["value"].get("video")}
