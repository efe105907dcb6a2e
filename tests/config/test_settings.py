"""Production starts only when it has been told everything it must know, and passes Django's own check for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOLD = {
    "SECRET_KEY": "made-up-for-this-test-4Jq9Zr2Lx7Vt1Nk8Wp5Bd3Hs6Mc0Fy",
    "DATABASE_URL": "postgres://nobody@localhost/none",
    "CELERY_BROKER_URL": "redis://localhost/0",
    "CACHE_URL": "redis://localhost/1",
    "EMAIL_URL": "smtp://localhost:25",
    "BASE_URL": "https://handlekraft.example",
}


def python(*words: str, without: str = "", **extra: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python with an environment that holds what production must be told and nothing of this machine's."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.production", **TOLD, **extra}
    environment.pop(without, None)
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_production_refuses_to_start_without(name):
    done = python("-c", "import config.settings.production", without=name)
    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


def test_production_is_safe_by_djangos_own_check(tmp_path):
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr


def test_the_demo_refuses_to_run_in_production(tmp_path):
    done = python("manage.py", "demo", DATA_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "refused" in done.stderr


def test_the_demo_makes_a_secret_key_of_its_own_that_only_its_owner_reads(tmp_path):
    code = "import config.settings.demo as s; print(s.SECRET_KEY)"
    first = python("-c", code, without="SECRET_KEY", DATA_DIR=str(tmp_path)).stdout
    second = python("-c", code, without="SECRET_KEY", DATA_DIR=str(tmp_path)).stdout
    assert first == second
    assert len(first.strip()) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
