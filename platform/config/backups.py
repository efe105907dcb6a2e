"""A backup is a folder: the database, the files, and a manifest that says what they are and vouches for them.

    manifest.json      engine, version, migrations, checksums; written last, so without it there is no backup
    database.sqlite3   a consistent copy, taken while the platform runs, or
    database.dump      pg_dump's custom format
    files.tar          uploads/, private/ and the keys in the data folder

The keys are in it, because what they signed or sealed cannot be read back without them; the folder is
therefore readable by its owner alone. In production the secret key comes from the environment and is not in
a backup: keep it where the other secrets of the place are kept.
"""

import datetime as dt
import hashlib
import json
import shutil
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import backup_engines
from config.backup_engines import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files.tar"
# What lies under DATA_DIR and cannot be made again. The rest (static, cache, broker, mail) can, or is passing.
FOLDERS = ("uploads", "private")
KEYS = ("secret_key", "keys")


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself."""

    engine: str
    version: str
    created: str
    migrations: list[str]
    checksums: dict[str, str]
    format: int = FORMAT
    product: str = "handlekraft"
    files: int = 0


def back_up(*, folder: Path) -> Manifest:
    """Writes a backup into a folder that is empty or not there yet."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(f"{folder} is not empty. Give a new folder for every backup.")
    engine = backup_engines.current()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        # The database before the files: every file that a row names was there when the row was copied.
        engine.dump(folder / engine.file_name)
        count = _pack_files(folder / FILES)
        manifest = Manifest(
            engine=engine.name,
            version=version("handlekraft"),
            created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            migrations=sorted(applied_migrations()),
            checksums={name: _checksum(folder / name) for name in (engine.file_name, FILES)},
            files=count,
        )
        # Only now does the folder count as a backup; a rename is all or nothing.
        draft = folder / f"{MANIFEST}.draft"
        draft.write_text(json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n")
        draft.replace(folder / MANIFEST)
    except OSError as error:
        raise BackupError(f"the backup could not be written: {error}.") from error
    return manifest


def restore(*, folder: Path, force: bool) -> Manifest:
    """Puts a backup in the place of what is here: all of it, or nothing."""
    manifest = read_manifest(folder)
    engine = backup_engines.current()
    _refuse_foreign(manifest, engine.name)
    _refuse_damaged(manifest, folder, engine.file_name)
    data = Path(settings.DATA_DIR)
    if not force and (engine.holds_tables() or any(_is_filled(data / name) for name in FOLDERS)):
        raise BackupError(
            "there is a database or there are files here already. --force puts the backup in their place."
        )
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as staging:
            new, old = Path(staging) / "new", Path(staging) / "old"
            _unpack_files(folder / FILES, new)
            swapped = _swap_in(new, data, old)
            try:
                engine.load(folder / engine.file_name)
            except BaseException:
                _swap_back(swapped, data, old)
                raise
    except OSError as error:
        raise BackupError(f"nothing was restored: {error}.") from error
    return manifest


# --- the manifest and what speaks against it --------------------------------------------------------


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup, if it is one that this program can read."""
    try:
        found: Any = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is not a backup: it has no {MANIFEST}.") from error
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder / MANIFEST} cannot be read: {error}.") from error
    if not isinstance(found, dict) or found.get("product") != "handlekraft":
        raise BackupError(f"{folder} is not a backup of Handlekraft.")
    if found.get("format") != FORMAT:
        raise BackupError(f"the backup has format {found.get('format')}; this program reads format {FORMAT}.")
    try:
        return Manifest(**found)
    except TypeError as error:
        raise BackupError(f"{folder / MANIFEST} is damaged: {error}.") from error


def applied_migrations() -> set[str]:
    """The migrations that the database here has had and this program has, as `app.name`.

    A database remembers migrations that a library has since thrown away; they say nothing about a version.
    """
    applied = MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations()
    return {f"{app}.{name}" for app, name in applied} & _known_migrations()


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


def _refuse_foreign(manifest: Manifest, engine: str) -> None:
    if manifest.engine != engine:
        raise BackupError(f"the backup is from {manifest.engine} and the database here is {engine}.")
    unknown = sorted(set(manifest.migrations) - _known_migrations())
    if unknown:
        raise BackupError(
            f"the backup is from a newer version ({manifest.version}): {unknown[0]} is not known here. Upgrade first."
        )


def _refuse_damaged(manifest: Manifest, folder: Path, database: str) -> None:
    for name in (database, FILES):
        try:
            found = _checksum(folder / name)
        except OSError as error:
            raise BackupError(f"the backup is damaged: {name} cannot be read ({error.strerror}).") from error
        if found != manifest.checksums.get(name):
            raise BackupError(f"the backup is damaged: {name} is not what was written.")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


# --- files ------------------------------------------------------------------------------------------


def _pack_files(target: Path) -> int:
    data = Path(settings.DATA_DIR)
    target.touch(mode=0o600)
    with tarfile.open(target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in (*FOLDERS, *KEYS):
            if (data / name).exists():
                tar.add(data / name, arcname=name)
        return sum(member.isfile() for member in tar.getmembers())


def _unpack_files(source: Path, target: Path) -> None:
    target.mkdir()
    try:
        with tarfile.open(source) as tar:
            tar.extractall(target, filter="data")  # refuses what would land outside
    except tarfile.TarError as error:
        raise BackupError(f"nothing was restored: {source.name} is damaged ({error}).") from error
    for key in KEYS:
        for path in ((target / key), *(target / key).rglob("*")):
            if path.exists():
                path.chmod(0o700 if path.is_dir() else 0o600)


def _swap_in(new: Path, data: Path, old: Path) -> list[str]:
    """Moves what is here aside and the new in its place; renames only, so that nothing is half there."""
    old.mkdir()
    done: list[str] = []
    try:
        for name in (*FOLDERS, *KEYS):
            if name in KEYS and not (new / name).exists():
                continue  # a backup without a key has nothing to say about it
            done.append(name)
            if (data / name).exists():
                (data / name).rename(old / name)
            if (new / name).exists():
                (new / name).rename(data / name)
    except BaseException:
        _swap_back(done, data, old)
        raise
    return done


def _swap_back(names: list[str], data: Path, old: Path) -> None:
    for name in names:
        if (data / name).is_dir():
            shutil.rmtree(data / name)
        else:
            (data / name).unlink(missing_ok=True)
        if (old / name).exists():
            (old / name).rename(data / name)


def _is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
