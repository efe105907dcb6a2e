"""manage.py content_load: courses, questions and facts from files."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.in_step import WRITES, Told, Verdict
from courses.curriculum import CONTENT, ContentFileError, load_curriculum

_WORDS = {
    Verdict.ADD: "added",
    Verdict.CHANGE: "changed",
    Verdict.OVERWRITE: "overwritten",
    Verdict.EDITED: "left: edited here",
    Verdict.CONFLICT: "LEFT: edited here, and the file says something else. Export first, or say --overwrite",
}


class Command(BaseCommand):
    """All or nothing, and the same again changes nothing."""

    help = (
        "Brings courses, questions and facts in from files (courses/content/README.md). What has been edited here is "
        "left alone and told. --dry-run says what would change."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=CONTENT, help="Courses as files; ours if left out.")
        parser.add_argument("--course", action="append", default=[], help="Only this one; may be given several times.")
        parser.add_argument(
            "--overwrite", action="append", default=[], metavar="NAME",
            help="The file holds for this piece, such as skole/S3.nb, although it was edited here.",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, dry_run = options["folder"], options["dry_run"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        try:
            loaded = load_curriculum(folder, only=options["course"], overwrite=options["overwrite"], dry_run=dry_run)
        except ContentFileError as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        for told in loaded.told:
            self._tell(told, differences=dry_run or told.verdict == Verdict.CONFLICT)
        self._sum(loaded.told, dry_run)

    def _tell(self, told: Told, *, differences: bool) -> None:
        if told.verdict == Verdict.SAME or (told.verdict == Verdict.ADD and told.name.startswith("facts/")):
            return
        self.stdout.write(f"{told.name}: {_WORDS[told.verdict]}")
        if differences and told.difference:
            self.stdout.write("\n".join(f"    {line}" for line in told.difference.splitlines()))

    def _sum(self, told: list[Told], dry_run: bool) -> None:
        counts = Counter(each.verdict for each in told)
        if not sum(counts[verdict] for verdict in WRITES):
            self.stdout.write(f"Nothing to change: {counts[Verdict.SAME]} pieces are as their files have them.")
            return
        words = [f"{counts[verdict]} {word}" for verdict, word in (
            (Verdict.ADD, "added"), (Verdict.CHANGE, "changed"), (Verdict.OVERWRITE, "overwritten"),
            (Verdict.SAME, "as they were"), (Verdict.EDITED, "edited here and left"), (Verdict.CONFLICT, "in conflict"),
        ) if counts[verdict]]  # fmt: skip
        self.stdout.write(f"{'This would be' if dry_run else 'Done'}: {', '.join(words)}.")
