"""`manage.py restore DIR [--force]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backup_engines import BackupError
from config.backups import applied_migrations, restore


class Command(BaseCommand):
    help = "Puts a backup in the place of what is here. Stop web, worker and beat first."
    requires_system_checks = []  # the database may well be empty

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR", help="a folder that `manage.py backup` wrote")
        parser.add_argument("--force", action="store_true", help="even if there is a database or there are files here")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"].expanduser().resolve()
        try:
            manifest = restore(folder=folder, force=options["force"])
        except BackupError as error:
            raise CommandError(f"Not restored: {error}") from error
        self.stdout.write(f"Restored {folder}, written {manifest.created} by version {manifest.version}.")
        self.stdout.write(f"{len(applied_migrations())} migrations are applied. Run `manage.py migrate`, then start.")
