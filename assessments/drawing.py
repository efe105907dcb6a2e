"""Which questions an attempt asks, and in which order its answers stand."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may be drawn: the id of its version and the keys of its options."""

    version: int
    options: tuple[str, ...]


class Drawn(TypedDict):
    """One question of an attempt, as stored in Attempt.draw."""

    version: int
    options: list[str]


class BankTooSmallError(Exception):
    """The bank cannot fill the blueprint. `topic` is None when the blueprint asks for nothing."""

    def __init__(self, topic: str | None, wanted: int, found: int) -> None:
        self.topic = topic
        self.wanted = wanted
        self.found = found
        super().__init__(f"{wanted} questions wanted from {topic or 'an empty blueprint'}, {found} found")


def draw(
    blueprint: Sequence[tuple[str, int]],
    bank: Mapping[str, Sequence[Candidate]],
    rng: random.Random,
) -> list[Drawn]:
    """Draws as many questions from each topic as `blueprint` says, each at most once, in an order of their own.

    Raises BankTooSmallError for the first topic that has too few.
    """
    if not any(count > 0 for _, count in blueprint):
        raise BankTooSmallError(None, 1, 0)
    chosen: list[Candidate] = []
    for topic, count in blueprint:
        candidates = bank.get(topic, ())
        if len(candidates) < count:
            raise BankTooSmallError(topic, count, len(candidates))
        chosen += rng.sample(list(candidates), count)
    rng.shuffle(chosen)
    return [Drawn(version=one.version, options=rng.sample(one.options, len(one.options))) for one in chosen]
