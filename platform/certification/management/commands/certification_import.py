"""manage.py certification_import FILE.csv --agency … [--assurance …] [--dry-run]"""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.management.importing import ImportCommand
from agencies.models import Unit
from certification.history import read_history
from certification.services.history import HistoryPlan, import_history, plan_history
from certification.tasks import settle_people
from evidence.models import Evidence

SETTLED_TOGETHER = 1000


class Command(ImportCommand):
    """Adds certifications that people earned before they came here. Any error, and nothing is changed."""

    help = (
        "Tar inn tidligere sertifiseringer: CSV med epost,sertifisering,gyldig_fra,gyldig_til,niva,kilde. "
        "De to siste kan utelates. En feil, og ingenting blir endret. Samme rad to ganger endrer ingenting."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--assurance",
            choices=[level.name.lower() for level in Evidence.Assurance],
            help="Nivået for rader som ikke sier noe selv.",
        )

    def take_in(self, agency: Unit, data: bytes, options: dict[str, Any]) -> None:
        dry_run: bool = options["dry_run"]
        level = Evidence.Assurance[options["assurance"].upper()] if options["assurance"] else None
        rows, problems = read_history(data, level=level, today=timezone.localdate())
        self.refuse(problems)
        plan = (plan_history if dry_run else import_history)(agency=agency, rows=rows)
        self.refuse(plan.problems)
        if not dry_run:
            self.settle(sorted(plan.person_ids))
        self.tell(plan, dry_run=dry_run)

    def settle(self, person_ids: list[int]) -> None:
        """Everybody in the file, also those of whom nothing is new: the run before may have been cut short."""
        for start in range(0, len(person_ids), SETTLED_TOGETHER):
            settle_people.delay(person_ids[start : start + SETTLED_TOGETHER])

    def tell(self, plan: HistoryPlan, *, dry_run: bool) -> None:
        self.stdout.write(_("Nye perioder: %(count)s") % {"count": len(plan.new)})
        self.stdout.write(_("Hentet inn før: %(count)s") % {"count": plan.known})
        self.stdout.write(_("Personer: %(count)s") % {"count": len(plan.person_ids)})
        if dry_run:
            self.stdout.write(_("Prøvekjøring. Ingenting er endret."))
        elif plan.new:
            text = _("%(count)s perioder er lagret. Statusene regnes ut i bakgrunnen.")
            self.stdout.write(self.style.SUCCESS(text % {"count": len(plan.new)}))
        else:
            self.stdout.write(_("Ingenting å endre."))
