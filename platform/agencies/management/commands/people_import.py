"""manage.py people_import FILE.csv --agency … [--dry-run]"""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.formats import read_roster
from agencies.management.importing import ImportCommand
from agencies.models import Membership, Unit
from agencies.rosters import Plan, Wanted, import_roster, plan_roster


class Command(ImportCommand):
    """Adds and moves people by a list of employees. Any error, and nothing is changed."""

    help = (
        "Tar inn en ansattliste: CSV med email,first_name,last_name,unit,role,start,end "
        "(eller e-post,fornavn,etternavn,enhet,rolle,fra,til). En feil, og ingenting blir endret. "
        "Den som ikke står i filen, blir aldri tatt bort."
    )

    def take_in(self, agency: Unit, data: bytes, options: dict[str, Any]) -> None:
        rows, problems = read_roster(data)
        self.refuse(problems)
        plan = (plan_roster if options["dry_run"] else import_roster)(agency=agency, rows=rows)
        self.refuse(plan.problems)
        self.tell(plan, dry_run=options["dry_run"])

    def tell(self, plan: Plan, *, dry_run: bool) -> None:
        if dry_run:
            self.tell_details(plan)
        for label, rows in (
            (_("Nye personer"), plan.new_people),
            (_("Nye navn"), plan.renamed),
            (_("Nye stillinger"), plan.added),
            (_("Endrede stillinger"), plan.changed),
            (_("Flyttinger"), plan.moved),
            (_("Uendret"), plan.unchanged),
            (_("Ikke i filen, blir stående"), plan.not_in_list),
        ):
            self.stdout.write(f"{label}: {len(rows)}")
        if plan.names_kept:
            text = _("%(count)s personer hører også til andre virksomheter og beholder navnet de har.")
            self.stdout.write(text % {"count": len(plan.names_kept)})
        if dry_run:
            self.stdout.write(_("Prøvekjøring. Ingenting er endret."))
        elif plan.changes:
            self.stdout.write(self.style.SUCCESS(_("%(count)s endringer er lagret.") % {"count": plan.changes}))
        else:
            self.stdout.write(_("Ingenting å endre."))

    def tell_details(self, plan: Plan) -> None:
        for row in plan.renamed:
            person = plan.people[row.email]
            self.stdout.write(
                _("Nytt navn: %(old)s blir %(first)s %(last)s")
                % {"old": person, "first": row.first_name, "last": row.last_name}
            )
        for label, wants in (
            (_("Ny"), plan.added),
            (_("Endret"), plan.changed),
            (_("Flyttet"), plan.moved),
        ):
            for want in wants:
                self.stdout.write(f"{label}: {_line(want)}")
        for membership in plan.not_in_list:
            self.stdout.write(_("Ikke i filen: %(membership)s") % {"membership": membership})


def _line(want: Wanted) -> str:
    row = want.row
    line = f"{row.first_name} {row.last_name}, {want.role.name}, {want.unit.name}, {_period(row.start, row.end)}"
    old = want.membership
    return line + _(" (før: %(before)s)") % {"before": _before(old)} if old else line


def _before(old: Membership) -> str:
    return f"{old.role.name}, {old.unit.name}, {_period(old.valid_from, old.valid_to)}"


def _period(first: Any, last: Any) -> str:
    text = _("fra %(day)s") % {"day": date_format(first, "DATE_FORMAT")}
    return text + (_(" til og med %(day)s") % {"day": date_format(last, "DATE_FORMAT")} if last else "")
