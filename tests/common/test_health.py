"""/health/: what a load balancer and a watchman ask."""

import pytest
from kombu.exceptions import OperationalError

from common import views
from common.health import leave_sign

pytestmark = pytest.mark.django_db


def test_a_healthy_installation_answers_200_with_every_part(client):
    leave_sign("beat")
    answer = client.get("/health/")
    assert answer.status_code == 200
    parts = answer.json()
    assert parts["healthy"] is True
    assert {part: parts[part] for part in ("web", "database", "broker", "cache")} == {
        "web": True,
        "database": True,
        "broker": True,
        "cache": True,
    }
    assert parts["last_beat_seconds"] == 0
    assert parts["last_sweep_seconds"] is None


def test_an_unreachable_broker_is_503_and_named(client, monkeypatch):
    def unreachable(**options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(views.current_app, "connection_for_write", unreachable)
    answer = client.get("/health/")
    assert answer.status_code == 503
    parts = answer.json()
    assert parts["broker"] is False
    assert parts["database"] is True


def test_an_unreachable_cache_is_503_and_named(client, monkeypatch):
    class Broken:
        def set(self, *args):
            raise ConnectionError

    monkeypatch.setattr(views, "cache", Broken())
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["cache"] is False


def test_the_answer_is_never_kept(client):
    assert "no-cache" in client.get("/health/")["Cache-Control"]
