"""A backup holds everything, and a restore puts back all of it or nothing. On SQLite and on PostgreSQL."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from factories import make_person

from accounts.models import User
from config import backup_engines, backups

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


@pytest.fixture
def data(tmp_path) -> Iterator[Path]:
    """A data folder with a picture, a private file and a key in it."""
    folder = tmp_path / "data"
    for name, text in (("uploads/images/å.png", "picture"), ("private/roster.csv", "roster"), ("secret_key", "key")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "cache").mkdir()
    (folder / "cache" / "passing").write_text("can be made again")
    before = settings.DATA_DIR
    settings.DATA_DIR = folder
    yield folder
    settings.DATA_DIR = before


@pytest.fixture
def backup(data, tmp_path) -> Path:
    """A backup of a platform with Ingrid in it."""
    make_person("Ingrid", email="ingrid@example.no")
    folder = tmp_path / "backup"
    call_command("backup", folder)
    return folder


def restore(folder: Path, *, force: bool = True) -> None:
    call_command("restore", folder, force=force)


def names() -> list[str]:
    return sorted(User.objects.values_list("first_name", flat=True))


def rewrite(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **changes}))


def test_what_was_there_is_there_again_and_what_came_later_is_gone(backup, data):
    User.objects.update(first_name="Changed")
    make_person("Later")
    (data / "uploads" / "images" / "å.png").write_text("changed")
    (data / "private" / "later.csv").write_text("later")
    (data / "secret_key").unlink()
    restore(backup)
    assert names() == ["Ingrid"]
    assert (data / "uploads" / "images" / "å.png").read_text() == "picture"
    assert [path.name for path in (data / "private").iterdir()] == ["roster.csv"]
    assert (data / "secret_key").read_text() == "key"
    assert (data / "cache" / "passing").exists()


def test_after_a_restore_new_rows_get_new_keys(backup):
    restore(backup)
    make_person("Next")
    assert names() == ["Ingrid", "Next"]


def test_only_its_owner_reads_a_backup_and_the_key_that_comes_out_of_it(backup, data):
    assert backup.stat().st_mode & 0o077 == 0
    assert (backup / DATABASE[connection.vendor]).stat().st_mode & 0o077 == 0
    assert (backup / "files.tar").stat().st_mode & 0o077 == 0
    restore(backup)
    assert (data / "secret_key").stat().st_mode & 0o077 == 0


def test_a_backup_is_consistent_while_others_write(data, tmp_path):
    make_person("Committed")
    other = connections.create_connection("default")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET first_name = 'Half'")
    try:
        call_command("backup", tmp_path / "backup")
    finally:
        other.rollback()
        other.close()
    restore(tmp_path / "backup")
    assert names() == ["Committed"]


def test_the_manifest_says_what_it_is(backup):
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["engine"] == connection.vendor
    assert manifest["version"]
    assert manifest["files"] == 3
    assert "accounts.0001_initial" in manifest["migrations"]
    assert set(manifest["checksums"]) == {DATABASE[connection.vendor], "files.tar"}


def test_a_folder_with_something_in_it_is_not_written_over(backup):
    before = (backup / "manifest.json").read_bytes()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", backup)
    assert (backup / "manifest.json").read_bytes() == before


@dataclass
class Damage:
    """One way in which a restore must be refused."""

    said: str
    force: bool = True


def _without_manifest(folder: Path) -> Damage:
    (folder / "manifest.json").unlink()
    return Damage("it has no manifest.json")


def _manifest_cut_short(folder: Path) -> Damage:
    (folder / "manifest.json").write_text((folder / "manifest.json").read_text()[:100])
    return Damage("cannot be read")


def _of_another_engine(folder: Path) -> Damage:
    rewrite(folder, engine="oracle")
    return Damage("is from oracle")


def _of_a_newer_version(folder: Path) -> Damage:
    rewrite(folder, migrations=["accounts.0001_initial", "accounts.9999_not_yet"])
    return Damage("newer version.*9999_not_yet")


def _of_another_format(folder: Path) -> Damage:
    rewrite(folder, format=2)
    return Damage("has format 2")


def _of_something_else(folder: Path) -> Damage:
    rewrite(folder, product="something")
    return Damage("not a backup of Handlekraft")


def _files_changed(folder: Path) -> Damage:
    content = bytearray((folder / "files.tar").read_bytes())
    content[600] ^= 1
    (folder / "files.tar").write_bytes(content)
    return Damage("files.tar is not what was written")


def _database_gone(folder: Path) -> Damage:
    (folder / DATABASE[connection.vendor]).unlink()
    return Damage("damaged")


def _database_cut_short_before_the_checksum(folder: Path) -> Damage:
    """Found only when the files are already in place: they must go back."""
    name = DATABASE[connection.vendor]
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    manifest = json.loads((folder / "manifest.json").read_text())
    checksums = {**manifest["checksums"], name: backups._checksum(folder / name)}
    rewrite(folder, checksums=checksums)
    return Damage("nothing was restored|pg_restore says")


def _not_forced(folder: Path) -> Damage:
    return Damage("--force", force=False)


@pytest.mark.parametrize(
    "damage",
    [
        _without_manifest,
        _manifest_cut_short,
        _of_another_engine,
        _of_a_newer_version,
        _of_another_format,
        _of_something_else,
        _files_changed,
        _database_gone,
        _database_cut_short_before_the_checksum,
        _not_forced,
    ],
)
def test_a_restore_that_is_refused_says_why_and_changes_nothing(backup, data, damage):
    User.objects.update(first_name="Here")
    (data / "private" / "roster.csv").write_text("here")
    expected = damage(backup)
    with pytest.raises(CommandError, match=expected.said) as caught:
        restore(backup, force=expected.force)
    assert str(caught.value).count("\n") == 0
    assert names() == ["Here"]
    assert (data / "private" / "roster.csv").read_text() == "here"
    assert (data / "secret_key").read_text() == "key"
    assert not list(data.glob(".restore-*"))


def test_an_archive_that_reaches_outside_its_folder_is_refused(backup, data, tmp_path):
    with tarfile.open(backup / "files.tar", "w") as tar:
        member = tarfile.TarInfo("uploads/../../escaped")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    manifest = json.loads((backup / "manifest.json").read_text())
    rewrite(backup, checksums={**manifest["checksums"], "files.tar": backups._checksum(backup / "files.tar")})
    with pytest.raises(CommandError, match=r"files\.tar is damaged"):
        restore(backup)
    assert not list(tmp_path.rglob("escaped"))
    assert (data / "private" / "roster.csv").read_text() == "roster"


def test_a_tool_that_is_missing_is_named(monkeypatch, data, tmp_path):
    monkeypatch.setattr(backup_engines, "current", backup_engines.Postgresql)
    monkeypatch.setattr(backup_engines.shutil, "which", lambda name: None)
    with pytest.raises(CommandError, match=r"pg_dump is not on this machine.*postgresql-client"):
        call_command("backup", tmp_path / "backup")
    assert not (tmp_path / "backup" / "manifest.json").exists()


def test_an_empty_place_needs_no_force(backup, tmp_path):
    """As on the day it matters: a new machine, nothing but the program and the backup."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.demo", "DATA_DIR": str(tmp_path / "new")}
    environment.pop("DATABASE_URL", None)
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = _url("handlekraft_restored")
        _drop("handlekraft_restored")
        with connection.cursor() as cursor:
            cursor.execute('CREATE DATABASE "handlekraft_restored"')
    try:
        done = _manage(environment, "restore", str(backup))
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Restored")
        code = "from accounts.models import User; print(User.objects.get().email)"
        assert "ingrid@example.no" in _manage(environment, "shell", "--no-imports", "-c", code).stdout
        assert (tmp_path / "new" / "private" / "roster.csv").read_text() == "roster"
        assert "--force" in _manage(environment, "restore", str(backup)).stderr
    finally:
        _drop("handlekraft_restored")


def _manage(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def _url(name: str) -> str:
    wanted = connection.settings_dict
    who = quote(wanted["USER"] or "") + (f":{quote(wanted['PASSWORD'])}" if wanted["PASSWORD"] else "")
    return f"postgres://{who}@{wanted['HOST']}:{wanted['PORT'] or 5432}/{name}"


def _drop(name: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
