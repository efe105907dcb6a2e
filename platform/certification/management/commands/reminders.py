"""`manage.py reminders --dry-run`, `manage.py reminders`, `manage.py reminders --failed`"""

import datetime as dt
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from certification.mailing import reminder
from certification.models import Notice
from certification.reminding import Stage
from certification.services.notices import room_on, unsent
from certification.services.reminders import due_unsent, oldest_first, send_reminders

_SHOWN = 20


class Command(BaseCommand):
    """Shows the reminders of a day without sending, sends those of today, or lists what did not get through."""

    help = "Sender påminnelser, viser hva som ville blitt sendt, eller viser hva som ikke kom fram."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="Vis morgendagens påminnelser. Ingenting sendes.")
        what.add_argument("--failed", action="store_true", help="Vis det som ikke kom fram eller ikke er bekreftet.")
        parser.add_argument("--day", type=_day, metavar="ÅÅÅÅ-MM-DD", help="Med --dry-run: en annen dag.")
        parser.add_argument("--limit", type=_count, metavar="N", help="Vis eller send ikke flere enn N.")

    def handle(self, *args: Any, **options: Any) -> None:
        day, limit = options["day"], options["limit"]
        if day and not options["dry_run"]:
            raise CommandError("--day hører sammen med --dry-run.")
        with translation.override("nb"):
            if options["dry_run"]:
                self._show(day or timezone.localdate() + dt.timedelta(days=1), limit or _SHOWN)
            elif options["failed"]:
                self._list(limit or _SHOWN)
            else:
                done = send_reminders(limit=limit)
                self.stdout.write(
                    _("Sendt: %(sent)s. Avvist: %(refused)s. Uvisst: %(uncertain)s.")
                    % {"sent": done.sent, "refused": done.refused, "uncertain": done.uncertain}
                )
                if done.capped:
                    self.stdout.write(_("Dagens tak er nådd. Resten sendes i morgen."))
                if done.down:
                    raise CommandError(_("E-postserveren tar ikke imot. Resten sendes når den gjør det."))

    def _show(self, day: dt.date, limit: int) -> None:
        """How many of each stage, to whom first, and how it reads. By the dates: nothing is settled or written."""
        stages: Counter[str] = Counter()
        people = 0

        def counted() -> Any:
            nonlocal people
            for due in due_unsent(day):
                people += 1
                stages.update(span.stage for _key, span in due.items)
                yield due

        first = oldest_first(counted(), max(1, limit))
        cap = room_on(day)
        self.stdout.write(
            _("%(day)s: %(people)s får e-post.") % {"day": date_format(day, "DATE_FORMAT"), "people": people}
        )
        if people > cap:
            self.stdout.write(_("Taket er %(cap)s. Resten sendes dagen etter.") % {"cap": cap})
        for stage in Notice.Stage:
            if stages[stage]:
                self.stdout.write(f"  {stages[stage]:>6}  {stage.label}")
        for due in first[:limit]:
            words = ", ".join(str(Notice.Stage(span.stage).label) for _key, span in due.items)
            self.stdout.write(f"  {due.email}: {words}")
        if first:
            for language, _name in settings.LANGUAGES:
                letter = reminder((span for _key, span in first[0].items), language)
                self.stdout.write(f"\n[{language}] {letter.subject}\n\n{letter.text}")

    def _list(self, limit: int) -> None:
        rows = unsent()
        self.stdout.write(_("%(count)s kom ikke fram eller er ikke bekreftet.") % {"count": rows.count()})
        for row in rows[:limit]:
            claimed = date_format(timezone.localtime(row.claimed_at), "Y-m-d H:i")
            state = _("gitt opp") if row.failed else _("ikke bekreftet")
            self.stdout.write(f"  {claimed}  {row.person.email}  {_label(row.stage)}  {state}  {row.message_id}")


def _label(stage: str) -> str:
    known = stage if stage in Notice.Stage.values else Stage.named(stage)
    return str(Notice.Stage(known).label)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError("Skriv dagen slik: 2026-11-23.") from error


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise CommandError("Skriv et helt tall over null.")
    return int(text)
