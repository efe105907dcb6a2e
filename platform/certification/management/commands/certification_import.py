"""manage.py certification_import FILE.csv --agency … [--assurance …] [--dry-run]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.management.commands.people_import import SHOWN_PROBLEMS, find_agency
from certification.history import LARGEST_FILE, read_history, too_large
from certification.services.history import HistoryPlan, import_history, plan_history
from certification.tasks import settle_people
from common.csvfiles import Problem
from evidence.models import Evidence

SETTLED_TOGETHER = 1000


class Command(BaseCommand):
    """Adds certifications that people earned before they came here. Any error, and nothing is changed."""

    help = (
        "Tar inn tidligere sertifiseringer: CSV med epost,sertifisering,gyldig_fra,gyldig_til,niva,kilde. "
        "De to siste kan utelates. En feil, og ingenting blir endret. Samme rad to ganger endrer ingenting."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--agency", required=True, help="Virksomheten: offentlig id, kode eller helt navn.")
        parser.add_argument(
            "--assurance",
            choices=[level.name.lower() for level in Evidence.Assurance],
            help="Nivået for rader som ikke sier noe selv.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Si hva som ville skje, uten å gjøre det.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            level = Evidence.Assurance[options["assurance"].upper()] if options["assurance"] else None
            self.carry_out(options["file"], options["agency"], level, dry_run=options["dry_run"])

    def carry_out(self, file: Path, agency_name: str, level: int | None, *, dry_run: bool) -> None:
        agency = find_agency(agency_name)
        rows, problems = read_history(self.read(file), level=level, today=timezone.localdate())
        self.refuse(problems)
        try:
            plan = (plan_history if dry_run else import_history)(agency=agency, rows=rows)
        except IntegrityError as error:
            text = _("Noen andre endret de samme personene samtidig. Ingenting er endret. Kjør på nytt.")
            raise CommandError(text) from error
        self.refuse(plan.problems)
        if not dry_run:
            self.settle(sorted(plan.person_ids))
        self.tell(plan, dry_run=dry_run)

    def read(self, file: Path) -> bytes:
        try:
            if file.stat().st_size > LARGEST_FILE:
                raise CommandError(too_large())
            return file.read_bytes()
        except OSError as error:
            raise CommandError(_("Vi får ikke lest filen %(file)s.") % {"file": file}) from error

    def settle(self, person_ids: list[int]) -> None:
        """Everybody in the file, also those of whom nothing is new: the run before may have been cut short."""
        for start in range(0, len(person_ids), SETTLED_TOGETHER):
            settle_people.delay(person_ids[start : start + SETTLED_TOGETHER])

    def refuse(self, problems: list[Problem]) -> None:
        if not problems:
            return
        for problem in problems[:SHOWN_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(problems) > SHOWN_PROBLEMS:
            self.stderr.write(_("… og %(count)s feil til.") % {"count": len(problems) - SHOWN_PROBLEMS})
        raise CommandError(_("Ingenting er endret. Rett opp %(count)s feil og prøv igjen.") % {"count": len(problems)})

    def tell(self, plan: HistoryPlan, *, dry_run: bool) -> None:
        self.stdout.write(_("Nye perioder: %(count)s") % {"count": len(plan.new)})
        self.stdout.write(_("Hentet inn før: %(count)s") % {"count": plan.known})
        self.stdout.write(_("Personer: %(count)s") % {"count": len(plan.person_ids)})
        if dry_run:
            self.stdout.write(_("Prøvekjøring. Ingenting er endret."))
        elif plan.new:
            text = _("%(count)s perioder er lagret. Statusene blir gjort opp av arbeideren.")
            self.stdout.write(self.style.SUCCESS(text % {"count": len(plan.new)}))
        else:
            self.stdout.write(_("Ingenting å endre."))
