"""How each database is copied out while it runs, and put back in one transaction."""

# ruff: noqa: S603  the commands are lists of our own words and of the settings, and no shell reads them

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import DEFAULT_DB_ALIAS, connections


class BackupError(Exception):
    """Its text tells the operator what is wrong; nothing has been changed."""


class Engine(Protocol):
    name: str
    file_name: str

    def holds_tables(self) -> bool: ...
    def dump(self, target: Path) -> None: ...
    def load(self, source: Path) -> None: ...


def current() -> Engine:
    """The engine of the database that the settings name."""
    vendor = connections[DEFAULT_DB_ALIAS].vendor
    if vendor == "sqlite":
        return Sqlite()
    if vendor == "postgresql":
        return Postgresql()
    raise BackupError(f"there is no backup for {vendor}.")


def _holds_tables() -> bool:
    return bool(connections[DEFAULT_DB_ALIAS].introspection.table_names())


class Sqlite:
    """The online backup API: consistent while others write, in either direction."""

    name = "sqlite"
    file_name = "database.sqlite3"

    def holds_tables(self) -> bool:
        return _holds_tables()

    def dump(self, target: Path) -> None:
        target.touch(mode=0o600)
        with closing(self._open(self._path())) as source, closing(self._open(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it

    def load(self, source: Path) -> None:
        connections.close_all()
        try:
            with tempfile.TemporaryDirectory() as folder:
                # A copy, because looking into a database may write beside it, and a backup may be read-only.
                copied = Path(shutil.copy(source, folder))
                with closing(self._open(copied)) as copy, closing(self._open(self._path())) as target:
                    (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
                    if verdict != "ok":
                        raise BackupError(f"nothing was restored: the database in the backup is damaged ({verdict}).")
                    copy.backup(target)  # one transaction: readers see the old or the new
                    target.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            message = f"nothing was restored: {error}. Stop web, worker and beat first."
            raise BackupError(message) from error

    def _path(self) -> Path:
        path = Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _open(self, path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=20)


class Postgresql:
    """PostgreSQL's own tools; what they write is read by every later version of theirs."""

    name = "postgresql"
    file_name = "database.dump"

    def holds_tables(self) -> bool:
        return _holds_tables()

    def dump(self, target: Path) -> None:
        target.touch(mode=0o600)
        self._run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], "")

    def load(self, source: Path) -> None:
        """Old tables out and new ones in, by one psql in one transaction."""
        connection = connections[DEFAULT_DB_ALIAS]
        quote = connection.ops.quote_name
        tables = [quote(name) for name in connection.introspection.table_names()]
        connections.close_all()
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "restore.sql"
            # A tool of the archive alone: it needs no connection, and finds a damaged archive before anything is done.
            self._run(["pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source)], "")
            drop = [f"--command=DROP TABLE {', '.join(tables)} CASCADE"] if tables else []
            psql = ["psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
            work = ["--single-transaction", "--command=SET lock_timeout = '20s'", *drop, f"--file={script}"]
            self._run([*psql, *work], "nothing was restored: ")

    def _run(self, command: Sequence[str], before: str) -> None:
        tool = shutil.which(command[0])
        if tool is None:
            raise BackupError(
                f"{command[0]} is not on this machine. Install PostgreSQL's client tools (Debian: apt install"
                " postgresql-client), of the server's version or newer."
            )
        done = subprocess.run([tool, *command[1:]], env=self._environment(), capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
            raise BackupError(f"{before}{command[0]} says: {said[0]}")

    def _environment(self) -> dict[str, str]:
        """The connection by environment: a password on a command line can be read by every user of the machine."""
        wanted = connections[DEFAULT_DB_ALIAS].settings_dict
        options = wanted.get("OPTIONS", {})
        named = {
            "PGDATABASE": wanted["NAME"],
            "PGHOST": wanted["HOST"],
            "PGPORT": wanted["PORT"],
            "PGUSER": wanted["USER"],
            "PGPASSWORD": wanted["PASSWORD"],
            "PGSSLMODE": options.get("sslmode"),
            "PGSSLROOTCERT": options.get("sslrootcert"),
            "PGSSLCERT": options.get("sslcert"),
            "PGSSLKEY": options.get("sslkey"),
            "PGSERVICE": options.get("service"),
            "PGPASSFILE": options.get("passfile"),
        }
        return {**os.environ, "LC_MESSAGES": "C", **{key: str(value) for key, value in named.items() if value}}
