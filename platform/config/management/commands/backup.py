"""`manage.py backup DIR`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backup_engines import BackupError
from config.backups import back_up


class Command(BaseCommand):
    help = "Writes the database and the files into a new folder, while the platform runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR", help="an empty folder, or one that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"].expanduser().resolve()
        try:
            manifest = back_up(folder=folder)
        except BackupError as error:
            raise CommandError(f"No backup: {error}") from error
        self.stdout.write(f"Backed up to {folder}: {manifest.engine} and {manifest.files} files.")
        self.stdout.write("It holds personal data and keys: keep it encrypted, and away from this machine.")
