"""What every test may use. People and places come from factories.py; nothing is shared between tests."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from hypothesis import settings
from pytest_django.plugin import blocking_manager_key
from wagtail.models import Collection, Locale, Page
from xdist.scheduler import LoadFileScheduling

from courses.services import ensure_site, ensure_trainers_group

pytest_plugins = ["browser"]

# The same examples every time, so that a red run speaks of the change at hand. EXPLORE=1 looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.register_profile("fuzz", max_examples=10_000, deadline=None)
settings.load_profile("fuzz" if os.environ.get("FUZZ") else "explore" if os.environ.get("EXPLORE") else "same")

# Playwright keeps an event loop running in the worker that drove the journeys; Django would take the database calls of
# the tests that follow there for calls from that loop, which they are not.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


class ByFile(LoadFileScheduling):
    """Spreads the tests over the workers file by file; the journeys, which share one running stack, count as one."""

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return "journeys" if scope.startswith("tests/journeys/") else scope


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    config.option.loadscopereorder = False  # the order below
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys begin first, because they take longest."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A transactional test ends by emptying every table, what migrations wrote included: the next test needs that."""
    yield
    if nextitem is None:  # the database itself is gone by now
        return
    marker = item.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ()):
        with item.config.stash[blocking_manager_key].unblock():
            Locale.objects.get_or_create(language_code="nb")
            if not Page.objects.exists():
                Page.add_root(title="Root", slug="root")
            if not Collection.objects.exists():
                Collection.add_root(name="Root")
            ensure_site()
            ensure_trainers_group()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and signs of life of one test are none of the next one's business."""
    cache.clear()


@pytest.fixture(autouse=True)
def _bokmal() -> Iterator[None]:
    """A request in another language leaves it active in the thread; the next test begins in Bokmål all the same."""
    with translation.override("nb"):
        yield


@pytest.fixture
def as_person(client: Client):
    """Signs a person in and gives the client: `as_person(user).get("/nb/")`."""

    def sign_in(user) -> Client:
        client.force_login(user)
        return client

    return sign_in
