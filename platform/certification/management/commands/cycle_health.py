"""manage.py cycle_health [--agency …]"""

import sys
from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.management.importing import find_agency
from certification.services.health import CHECKS, Finding, find_contradictions

SHOWN = 50


class Command(BaseCommand):
    """Lists people whose certification rows contradict each other. Changes nothing; ends with 1 where there are any."""

    help = "Finner personer med omganger, krav og statuser som motsier hverandre. Endrer ingenting."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", help="Bare folk i denne virksomheten: offentlig id, kode eller helt navn.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            agency = find_agency(options["agency"]) if options["agency"] else None
            found: dict[str, list[Finding]] = defaultdict(list)
            for finding in find_contradictions(agency=agency):
                found[finding.kind].append(finding)
            for check in CHECKS:
                self.tell(f"{check.kind}: {check.words}", found.get(check.kind, []))
        if found:
            sys.exit(1)

    def tell(self, heading: str, findings: list[Finding]) -> None:
        """Public ids, never names: what is printed ends in logs."""
        self.stdout.write(f"{len(findings):>6}  {heading}")
        for finding in findings[:SHOWN]:
            self.stdout.write(f"        {finding.person} {finding.certification}".rstrip())
        if len(findings) > SHOWN:
            self.stdout.write("        " + _("… og %(count)s til") % {"count": len(findings) - SHOWN})
