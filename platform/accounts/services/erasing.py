"""Erasing a person: what is hers goes, and what others stand on loses her name."""

import logging

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from accounts.models import User
from accounts.signals import person_erase

logger = logging.getLogger(__name__)


class Ground(models.TextChoices):
    """Why a person is erased. Chosen, never written: a text here would itself be kept about her."""

    ASKED = "asked", gettext_lazy("Personen har bedt om det")
    NOT_NEEDED = "not_needed", gettext_lazy("Opplysningene trengs ikke lenger")
    NEVER_RIGHT = "never_right", gettext_lazy("Opplysningene skulle ikke vært lagret")


@transaction.atomic
def erase_person(*, person: User, ground: str, by: User | None) -> list[str]:
    """Erases a person and says, in sentences, what went and what is kept. Cannot be undone.

    Her row stays, without a name, as long as certificates, decisions and the ledger point to it; `by` None is the
    installation itself. Raises ValidationError for whoever may not be erased, or was before.
    """
    person = User.objects.select_for_update().get(pk=person.pk)
    _refuse(person, by)
    told = person_erase.ask(person=person)
    person.first_name = person.last_name = ""
    person.email = person.erased_address()
    person.language = "nb"
    person.is_active = False
    person.last_login = None
    person.set_unusable_password()
    person.save()
    about = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    about.update(label=str(person), data={})
    log(instance=person, action="accounts.erase", user=by, data={"ground": Ground(ground).value})
    logger.info("person %s erased (%s)", person.public_id, ground)
    return told


def preview_erasure(*, person: User, by: User | None) -> list[str]:
    """What `erase_person` would say. It is done and taken back, so that the two cannot differ. Raises as it does."""
    with transaction.atomic():
        told = erase_person(person=person, ground=Ground.ASKED, by=by)
        transaction.set_rollback(True)
    return told


def _refuse(person: User, by: User | None) -> None:
    if person.is_erased:
        raise ValidationError(_("Opplysningene er alt slettet."))
    if by is not None and by.pk == person.pk:
        raise ValidationError(_("Du kan ikke slette deg selv. Be en annen administrator om det."))
    if person.is_superuser:
        raise ValidationError(_("Den som drifter plattformen, kan ikke slettes. Ta fra kontoen den rollen først."))
