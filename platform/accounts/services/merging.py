"""Making two accounts of one person one account."""

import logging

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from accounts.models import User
from accounts.services.links import person_fields, rows_with
from accounts.signals import person_merge

logger = logging.getLogger(__name__)


class NotEmptyError(Exception):
    """Something still leads to the account that should be empty: an app has not answered. Nothing is changed."""


@transaction.atomic
def merge_person(*, source: User, target: User, by: User | None) -> list[str]:
    """Makes everything of `source` that of `target`, whose name and address stay, and removes the empty account.

    Says, in sentences, what happened. Two accounts are one person because somebody who knows her says so, never because
    an address looks alike. `by` None is the installation itself. Raises ValidationError where the two cannot be one.
    """
    # The whole row, so that nobody adds anything that leads to `source` while it is emptied.
    people = User.objects.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk").in_bulk()
    if len(people) < 2:
        raise ValidationError(_("Velg to forskjellige kontoer."))
    source, target = people[source.pk], people[target.pk]
    _refuse(source, target, by)
    told = person_merge.ask(source=source, target=target, by=by)
    about = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(source.pk))
    about.update(object_id=str(target.pk), label=str(target))
    _refuse_leftovers(source)
    public_id = source.public_id
    source.delete()
    log(instance=target, action="accounts.merge", user=by, data={"merged": str(public_id)})
    logger.info("person %s merged into %s", public_id, target.public_id)
    return told


def preview_merge(*, source: User, target: User, by: User | None) -> list[str]:
    """What `merge_person` would say. It is done and taken back, so that the two cannot differ. Raises as it does."""
    with transaction.atomic():
        told = merge_person(source=source, target=target, by=by)
        transaction.set_rollback(True)
    return told


def _refuse(source: User, target: User, by: User | None) -> None:
    if by is not None and by.pk in (source.pk, target.pk):
        raise ValidationError(_("Du kan ikke slå sammen din egen konto med en annen. Be en annen administrator."))
    if source.is_superuser or target.is_superuser:
        raise ValidationError(_("Kontoen til den som drifter plattformen, kan ikke slås sammen med en annen."))
    if source.is_erased or target.is_erased:
        raise ValidationError(_("En slettet konto kan ikke slås sammen med en annen."))
    if not target.is_active:
        raise ValidationError(_("Kontoen som skal stå igjen, er stengt. Slå sammen den andre veien."))


def _refuse_leftovers(source: User) -> None:
    left = [name for name, field in person_fields().items() if rows_with(field, source).exists()]
    if left:
        raise NotEmptyError(", ".join(sorted(left)))
