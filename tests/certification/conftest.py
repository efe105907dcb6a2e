"""What tests of certification share."""

import pytest
from factories import make_grant, make_person, with_second_factor
from worlds import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def sign_in(world, as_person):
    """A client for somebody with a function on a unit (the agency, where none is given)."""

    def client(function="administrator", unit=None, **fields):
        person = with_second_factor(make_person("Marit", "Aune", **fields))
        if function:
            make_grant(person, unit or world.agency, function)
        signed = as_person(person)
        signed.person = person
        return signed

    return client
