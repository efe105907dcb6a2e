"""Somebody with two jobs counts once in each unit and once above them."""

import datetime as dt

from factories import make_membership, make_role, make_unit
from worlds import make_world

from certification.services import settle_person
from reports.contributions import Figures
from reports.reading.figures import figures, unit_figures


def test_parts_that_are_negative_are_not_lost_when_parts_are_added() -> None:
    total = Figures({10: 4}) + Figures({10: -1}) + Figures({10: 3})
    assert total.people == 6


def test_the_report_above_counts_her_once_and_each_school_counts_her_too(db: None) -> None:
    world = make_world()
    other = make_unit("Bråten skole", world.agency)
    person = world.teacher()
    make_membership(person, other, make_role("counsellor", "Rådgiver"))
    settle_person(person.pk, dt.date(2026, 6, 1))
    world.agency.refresh_from_db()
    above = unit_figures(world.agency, world.certification)
    assert above.total.people == 1
    assert figures([world.agency.path], world.certification).people == 1
    assert above.children[world.school.path].people == above.children[other.path].people == 1
