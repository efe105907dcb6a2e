"""What every test may use. People and places come from factories.py; nothing is shared between tests."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

# Playwright keeps an event loop running in the worker that drove the journeys; Django would take the database calls of
# the tests that follow there for calls from that loop, which they are not.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Says what may run beside what, when the tests are spread over two workers.

    Journeys share one running stack, so they stay together. Transactional tests empty the database, Wagtail's root page
    and collection included, so they come together and last; pytest-django puts them at the end. All others stay with
    their file.
    """
    group = str(item.path)
    if item.get_closest_marker("journey"):
        group = "journeys"
    elif empties_the_database(item):
        group = "transactional"
    item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys begin first, because they take longest."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def empties_the_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    names = getattr(item, "fixturenames", ())
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in names or "live_server" in names


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
