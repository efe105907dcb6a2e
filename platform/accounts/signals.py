"""What accounts tell the apps above them about one person: each answers for the rows of hers that it keeps.

All three are sent inside a transaction. A receiver is connected with `answered_by`, which names the fields it answers
for; a test fails for a field that leads to a person and that nobody answers for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal


@dataclass(frozen=True, slots=True)
class Part:
    """What one app keeps about a person, for her to read: `key` names it in the file, `title` to her."""

    key: str
    title: str
    rows: list[dict[str, Any]]


class PersonSignal(Signal):
    """A signal about one person, which knows the fields that its receivers answer for."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: set[str] = set()

    def answered_by(self, receiver: Callable[..., Iterable[Any]], *fields: str) -> None:
        """Connects `receiver`, which answers for `fields`, each as `app.Model.field`."""
        self.connect(receiver)
        self.answered.update(fields)

    def ask(self, **named: Any) -> list[Any]:
        """All that the receivers give back, in the order of the apps. An error of one is everybody's."""
        answers: list[tuple[Any, Any]] = self.send(sender=None, **named)
        return [one for _receiver, found in answers for one in found]


# She asks for what is kept about her. Arguments: person (User). Gives back Parts, with titles in the active language.
person_export = PersonSignal()

# What is hers is to go, or to lose her name. Arguments: person (User). Gives back sentences that say what happened.
person_erase = PersonSignal()

# `source` and `target` are one person, and all of it becomes `target`'s. Arguments: source, target (User), by (User or
# None). Gives back sentences. Raises ValidationError where the two cannot be one yet.
person_merge = PersonSignal()
