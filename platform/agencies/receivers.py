"""What the agencies do when something happens to an account, or to the person whose it is."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from accounts.signals import Part
from agencies.middleware import SECOND_FACTOR
from agencies.services import persons


def ask_again_for_second_factor(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """The session no longer knows that there is one."""
    request.session.pop(SECOND_FACTOR, None)


def export_person(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    return persons.export_parts(person)


def erase_person(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    return persons.end_everything(person)


def merge_person(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    return persons.move_everything(source, target)
