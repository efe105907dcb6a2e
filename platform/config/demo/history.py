"""When somebody of a story passed her tests, and what became of it: days before today, the oldest first."""

import random

# Story → the days between which the newest test was passed. A certificate holds for a year, its window is sixty days.
_NEWEST = {
    "valid": (20, 290), "renewed": (10, 50), "window": (312, 355), "grace": (372, 418), "expired": (450, 690),
    "leave": (200, 500), "valid_late": (285, 285), "suspended": (100, 100), "revoked": (120, 120),
}  # fmt: skip
# Who is in the middle of it began to work here a short while ago.
RECENT = ("new", "in_progress", "halfway", "failed")
_YEAR = 351  # she renews two weeks early
LONGEST = 730


def passed_days(story: str, chance: random.Random) -> list[int]:
    """Days ago on which she passed: none for whoever never has."""
    if story not in _NEWEST:
        return []
    days = [chance.randint(*_NEWEST[story])]
    again = story == "renewed" or (story == "valid" and chance.random() < 0.5)
    while again and days[0] + _YEAR < LONGEST:
        days.insert(0, days[0] + _YEAR)
    return days


def employed_days(story: str, passed: list[int], chance: random.Random) -> int:
    """How many days ago she began here."""
    if story in RECENT:
        return chance.randint(14, 32)
    if story == "overdue":
        return chance.randint(90, 140)
    return max([600, *(day + 30 for day in passed)]) + chance.randint(0, 900)
