"""manage.py agency_add NAME --kind … --administrator EMAIL --first-name … --last-name …"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.content import load_roles
from agencies.management.importing import find_agency
from agencies.models import Grant, Unit
from agencies.services import add_unit, give_grant


class Command(BaseCommand):
    """The way in for a new agency: everything after this an administrator does in her pages."""

    help = "Legger til en virksomhet og den første administratoren. Yrkesroller og regioner kommer med om de mangler."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAVN")
        parser.add_argument("--kind", required=True, choices=Unit.Kind.values)
        parser.add_argument("--code", default="")
        parser.add_argument("--below", default="", help="Virksomheten over: offentlig id, kode eller helt navn.")
        parser.add_argument("--administrator", required=True, metavar="E-POST")
        parser.add_argument("--first-name", default="", help="Trengs når e-postadressen er ny.")
        parser.add_argument("--last-name", default="", help="Trengs når e-postadressen er ny.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            try:
                unit = add_agency(**{key: options[key] for key in _OPTIONS})
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write(_("%(unit)s er lagt til. Offentlig id: %(id)s") % {"unit": unit, "id": unit.public_id})


_OPTIONS = ("name", "kind", "code", "below", "administrator", "first_name", "last_name")


@transaction.atomic
def add_agency(
    *, name: str, kind: str, code: str, below: str, administrator: str, first_name: str, last_name: str
) -> Unit:
    """An agency with its roles and its first administrator, or nothing."""
    load_roles()
    parent = find_agency(below) if below else None
    unit = add_unit(name_nb=name, kind=kind, code=code, parent=parent, is_agency=True)
    email = administrator.strip().lower()
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = User(email=email, first_name=first_name, last_name=last_name)
        person.set_unusable_password()
        person.full_clean()
        person.save()
    give_grant(person=person, unit=unit, function=Grant.Function.ADMINISTRATOR, given_by=None)
    return unit
