"""Where a learner left an activity, kept for her in the activity's own words."""

from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from media.models import H5PState, H5PVersion


def save_state(*, person: User, version: H5PVersion, state: str, sequence: int) -> bool:
    """Keeps the state unless a newer one is kept. Whether this one is now kept."""
    mine = H5PState.objects.filter(person=person, version=version)
    told = {"state": state, "sequence": sequence, "saved_at": timezone.now()}
    if mine.filter(sequence__lt=sequence).update(**told):
        return True
    if mine.exists():
        return False
    try:
        H5PState.objects.create(person=person, version=version, **told)
    except IntegrityError:  # from another window at the same moment: one of the two is newer
        return bool(mine.filter(sequence__lt=sequence).update(**told))
    return True
