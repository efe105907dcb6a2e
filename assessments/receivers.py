"""What the quizzes do when a person is given her data, erased or merged with another account of hers."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.signals import Part
from assessments.services import persons


def export_person(sender: Any, person: User, **kwargs: Any) -> Iterable[Part]:
    return persons.export_parts(person)


def erase_person(sender: Any, person: User, **kwargs: Any) -> Iterable[str]:
    return persons.erase(person)


def merge_person(sender: Any, source: User, target: User, **kwargs: Any) -> Iterable[str]:
    return persons.merge(source, target)
