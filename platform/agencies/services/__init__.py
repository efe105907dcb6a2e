"""Changing who works where, as what, and who may see them. Every change is a verb here, and all of it or nothing."""

from agencies.services.grants import end_grant, give_grant
from agencies.services.memberships import (
    add_membership,
    end_membership,
    end_pause,
    move_person,
    pause_membership,
)
from agencies.services.people import Added, add_person, change_person
from agencies.services.units import add_unit, close_unit, move_unit, rename_unit

__all__ = [
    "Added",
    "add_membership",
    "add_person",
    "add_unit",
    "change_person",
    "close_unit",
    "end_grant",
    "end_membership",
    "end_pause",
    "give_grant",
    "move_person",
    "move_unit",
    "pause_membership",
    "rename_unit",
]
