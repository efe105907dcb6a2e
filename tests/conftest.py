"""What every test may use. People and places come from factories.py; nothing is shared between tests."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation


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
