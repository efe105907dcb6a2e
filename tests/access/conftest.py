import pytest
from django.db import transaction

from tests.access.small_world import SmallWorld, make_small_world


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The world is built once a module, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_small_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: SmallWorld, db: None) -> SmallWorld:
    return built
