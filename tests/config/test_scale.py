"""The synthetic country agrees with itself: settling it again changes nothing, and the ledger tells the same."""

import gc

import pytest
from django.db import connection

from agencies.models import Membership, Unit
from certification.models import Cycle, Requirement, Standing
from certification.services import settle_people
from certification.services.replaying import replay
from common.memory import collector_at_rest
from config.scale import make_country
from reports.services import difference


@pytest.mark.django_db
def test_every_row_of_the_country_agrees_with_every_other() -> None:
    said: list[str] = []
    country = make_country(people=120, units=40, years=5, say=said.append, seed=3)
    assert country.people == 120
    assert Unit.objects.filter(path__startswith=country.top.path).count() == 41
    assert Unit.find_problems() == ([], [], [], [], [])
    assert Membership.objects.count() > 120  # some have several jobs, some have moved
    displays = set(Standing.objects.values_list("display", flat=True))
    assert {"valid", "window", "expired"} <= displays
    assert difference() == []
    assert replay().differences == []
    before = [list(model.objects.order_by("pk").values()) for model in (Cycle, Requirement, Standing)]
    settle_people(Standing.objects.values_list("person_id", flat=True))
    assert [list(model.objects.order_by("pk").values()) for model in (Cycle, Requirement, Standing)] == before


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer, so a country is made by one process")
@pytest.mark.django_db(transaction=True)
def test_several_processes_make_one_country() -> None:
    country = make_country(people=5100, units=60, years=2, say=lambda _text: None, seed=4, workers=2)
    assert Membership.objects.values("person_id").distinct().count() == country.people == 5100
    assert Standing.objects.count() == 5100
    assert difference() == []
    assert replay().differences == []


def test_the_collector_is_put_back_as_it_was() -> None:
    def fail() -> None:
        with collector_at_rest():
            assert not gc.isenabled()
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        fail()
    assert gc.isenabled()
