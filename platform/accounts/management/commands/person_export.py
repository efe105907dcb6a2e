"""manage.py person_export EMAIL FILE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import export_person


def find_person(email: str) -> User:
    """The person with this address. Raises CommandError."""
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        raise CommandError(_("Ingen er lagt inn med denne e-postadressen."))
    return person


class Command(BaseCommand):
    """For whoever cannot sign in herself. Hand the file to her and to nobody else, and delete it afterwards."""

    help = "Skriver alt som er lagret om en person, til en fil som er hennes alene."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-POST")
        parser.add_argument("file", metavar="FIL.zip", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            person = find_person(options["email"])
            file: Path = options["file"]
            try:
                with file.open("xb") as out:  # never over another person's
                    file.chmod(0o600)
                    out.write(export_person(person=person))
            except OSError as error:
                raise CommandError(_("Kan ikke skrive til %(file)s.") % {"file": file}) from error
            self.stdout.write(_("Skrevet til %(file)s. Gi filen til personen selv.") % {"file": file})
