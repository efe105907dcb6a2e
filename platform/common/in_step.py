"""Content that is written in files and edited here: what a load may write, and what it must leave alone.

What is here is compared with the file in one form, a plain structure. What both were when they last agreed is known by
its digest. So a load sees who has changed something since: nobody, the file, somebody here, or both.
"""

import difflib
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import yaml

_MOST_LINES = 40


class Verdict(StrEnum):
    """What a load does with one piece of content, and why."""

    ADD = "add"  # it is not here
    SAME = "same"
    CHANGE = "change"  # the file has changed and nothing here has
    EDITED = "edited"  # edited here, and the file is as it was: left alone
    CONFLICT = "conflict"  # edited here, and the file is another too: left alone, and told
    OVERWRITE = "overwrite"  # as CONFLICT or EDITED, but whoever loads it said that the file holds


WRITES = frozenset({Verdict.ADD, Verdict.CHANGE, Verdict.OVERWRITE})


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one piece. `difference` is from what is here to what the file says, a few lines of it."""

    name: str
    verdict: Verdict
    difference: str = ""


@dataclass
class InStep:
    """The pieces of one load. `agreed` are the digests of what each was when it and its file last agreed."""

    agreed: Mapping[str, str]
    overwrite: Collection[str] = ()
    told: list[Told] = field(default_factory=list)
    now: dict[str, str] = field(default_factory=dict)
    """The digests of all that agrees after the load: to be kept for the next."""

    def writes(self, name: str, *, file: Any, here: Any | None) -> bool:
        """Whether the piece is to be written as the file has it. None for `here`: it is not there yet."""
        verdict = self._judge(name, file, here)
        difference = "" if verdict in (Verdict.ADD, Verdict.SAME) else unlike(here, file)
        self.told.append(Told(name, verdict, difference))
        if verdict in WRITES or verdict == Verdict.SAME:
            self.now[name] = digest(file)
        return verdict in WRITES

    def _judge(self, name: str, file: Any, here: Any | None) -> Verdict:
        if here is None:
            return Verdict.ADD
        if digest(here) == digest(file):
            return Verdict.SAME
        if self.agreed.get(name) == digest(here):
            return Verdict.CHANGE
        if name in self.overwrite:
            return Verdict.OVERWRITE
        return Verdict.EDITED if self.agreed.get(name) == digest(file) else Verdict.CONFLICT


def written(form: Any) -> str:
    """A form as it stands in a file: YAML with texts of several lines as they are read."""
    return yaml.dump(form, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def digest(form: Any) -> str:
    """The same whatever the order of the keys."""
    return hashlib.sha256(json.dumps(form, sort_keys=True, default=str).encode()).hexdigest()


def unlike(here: Any, file: Any) -> str:
    """The lines that differ, from what is here to what the file says; of many the first."""
    lines = difflib.unified_diff(written(here).splitlines(), written(file).splitlines(), lineterm="", n=0)
    shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    more = [f"… {len(shown) - _MOST_LINES}"] if len(shown) > _MOST_LINES else []
    return "\n".join([*shown[:_MOST_LINES], *more])


class _Dumper(yaml.SafeDumper):
    """Lists stand in under what they belong to, and no piece is written as a reference to another."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
