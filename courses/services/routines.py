"""What a unit answers where modules leave it to the workplace."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Unit
from courses.models import LocalRoutine


class ChangedMeanwhileError(Exception):
    """Somebody else has written since the page was opened: nothing was changed."""


@transaction.atomic
def write_routine(*, unit: Unit, slot: str, text: str, written_by: User, seen: int | None) -> bool:
    """Writes the unit's answer; an empty one takes it away. Whether anything was changed.

    `seen` is the row that whoever writes had before her, None for none. Raises ChangedMeanwhileError.
    """
    current = LocalRoutine.objects.filter(unit=unit, slot=slot, superseded_at=None)
    held = current.select_for_update(no_key=True).first()
    if (held.text if held else "") == text:
        return False
    if (held.pk if held else None) != seen:
        raise ChangedMeanwhileError
    current.update(superseded_at=timezone.now())
    if text:
        try:
            with transaction.atomic():
                LocalRoutine.objects.create(unit=unit, slot=slot, text=text, written_by=written_by)
        except IntegrityError as error:
            raise ChangedMeanwhileError from error
    return True
