"""manage.py h5p_approver EMAIL"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import functions_of
from media.services.approvers import add_approver


class Command(BaseCommand):
    """A library is a program that every agency's learners run: those who run the installation say who judges it."""

    help = "Lar en administrator godkjenne H5P-biblioteker som fagansvarlige laster opp, under /admin/."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="E-POST")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            person = User.objects.filter(email__iexact=options["email"].strip()).first()
            if person is None:
                raise CommandError(_("Ingen er lagt inn med denne e-postadressen."))
            if not functions_of(person) and not person.is_superuser:
                # The second factor is asked of whoever has a function.
                raise CommandError(_("Gi personen en funksjon først, for eksempel administrator."))
            add_approver(person)
            self.stdout.write(_("%(person)s kan godkjenne H5P-biblioteker.") % {"person": person})
