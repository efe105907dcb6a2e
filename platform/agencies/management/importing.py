"""What the commands that take in a file for an agency share: finding the agency, reading the file, saying no."""

import contextlib
import uuid
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from agencies.models import Unit
from common.csvfiles import Problem
from common.dated import SupersededError

SHOWN_PROBLEMS = 50
LARGEST_FILE = 40_000_000  # bytes: 200,000 rows are about 16 million


class ImportCommand(BaseCommand):
    """A command that takes in FILE.csv for an agency, or says why not. Any error, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--agency", required=True, help="Virksomheten: offentlig id, kode eller helt navn.")
        parser.add_argument("--dry-run", action="store_true", help="Si hva som ville skje, uten å gjøre det.")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            agency = find_agency(options["agency"])
            try:
                self.take_in(agency, self.read(options["file"]), options)
            except (SupersededError, IntegrityError) as error:
                text = _("Noen andre endret de samme personene samtidig. Ingenting er endret. Kjør på nytt.")
                raise CommandError(text) from error

    def take_in(self, agency: Unit, data: bytes, options: dict[str, Any]) -> None:
        """Does it, unless `options["dry_run"]`. Calls `refuse` before anything is written."""
        raise NotImplementedError

    def read(self, file: Path) -> bytes:
        try:
            if file.stat().st_size > LARGEST_FILE:
                text = _("Filen er for stor. Del den i flere filer på høyst %(size)s MB.")
                raise CommandError(text % {"size": LARGEST_FILE // 1_000_000})
            return file.read_bytes()
        except OSError as error:
            raise CommandError(_("Vi får ikke lest filen %(file)s.") % {"file": file}) from error

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Ends the command where there are any."""
        if not problems:
            return
        for problem in problems[:SHOWN_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(problems) > SHOWN_PROBLEMS:
            self.stderr.write(_("… og %(count)s feil til.") % {"count": len(problems) - SHOWN_PROBLEMS})
        raise CommandError(_("Ingenting er endret. Rett opp %(count)s feil og prøv igjen.") % {"count": len(problems)})


def find_agency(text: str) -> Unit:
    """An agency by public id, code or exact name."""
    condition = Q(code=text) | Q(name_nb=text)
    with contextlib.suppress(ValueError):
        condition |= Q(public_id=uuid.UUID(text))
    found: list[Unit] = list(Unit.objects.filter(condition, is_agency=True, closed_on__isnull=True)[:2])
    if not text or not found:
        raise CommandError(_("Vi finner ingen virksomhet «%(text)s».") % {"text": text})
    if len(found) > 1:
        raise CommandError(_("Flere virksomheter heter «%(text)s». Bruk offentlig id.") % {"text": text})
    return found[0]
