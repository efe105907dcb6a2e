"""The synthetic country agrees with itself: settling it again changes nothing, and the ledger tells the same."""

import pytest

from agencies.models import Membership, Unit
from certification.models import Cycle, Requirement, Standing
from certification.services import settle_people
from certification.services.replaying import replay
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
