import pytest
from worlds import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()
