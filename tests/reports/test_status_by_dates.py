"""Lists compare dates: SQL and the pure rule say the same on every day, however old the stored row is."""

import datetime as dt
import itertools

import time_machine
from factories import make_person

from certification.models import Certification, Standing
from certification.statuses import StandingState
from reports.reading.people import GROUPS, group_sql, group_today

TODAY = dt.date(2027, 4, 20)
DAY = dt.timedelta(days=1)
# Expiry so many days from now, with a window of 60 days and a grace of 30: both sides of every boundary.
LEFTS = (None, 500, 365, 364, 61, 60, 59, 1, 0, -1, -2, -29, -30, -31, -32)
DUES = (None, -1, 0, 1)
FLAGS = list(itertools.product([False, True], repeat=4))


def test_sql_groups_every_stored_row_as_the_pure_rule_does(place):
    people = [make_person() for _ in range(len(LEFTS) * len(DUES))]
    certifications = Certification.objects.bulk_create(
        Certification(key=f"k{number}", name_nb="K") for number in range(3 * len(FLAGS))
    )
    rows = []
    for person, (left, due) in zip(people, itertools.product(LEFTS, DUES), strict=True):
        kinds = itertools.product((StandingState.NEVER, StandingState.REVOKED, StandingState.SUSPENDED), FLAGS)
        for certification, (state, (required, waived, paused, begun)) in zip(certifications, kinds, strict=True):
            expires = None if left is None else TODAY + left * DAY
            rows.append(
                Standing(
                    person=person,
                    certification=certification,
                    state=state,
                    valid_from=expires and expires - 364 * DAY,
                    expires_on=expires,
                    window_opens_on=expires and expires - 60 * DAY,
                    grace_until=expires and expires + 30 * DAY,
                    required=required,
                    waived=waived,
                    paused=paused,
                    begun=begun,
                    due_on=None if due is None else TODAY + due * DAY,
                    display="valid",  # stored long ago and wrong by now: nobody may read it
                    computed_on=TODAY - 400 * DAY,
                    next_change_on=TODAY - DAY,
                )
            )
    Standing.objects.bulk_create(rows, batch_size=500)
    found = list(Standing.objects.annotate(group=group_sql(TODAY)))
    assert len(found) == len(rows)
    assert {row.group for row in found} == {str(key) for key, _label in GROUPS}
    wrong = [row for row in found if row.group != group_today(row, TODAY)]
    assert wrong == []


def test_the_list_moves_a_person_on_the_right_day_without_a_settle(place, client):
    """Nobody settles here: only the date goes on."""
    with time_machine.travel(dt.datetime(2027, 4, 20, 12, tzinfo=dt.UTC), tick=False):
        place.works(place.lia, left=60)  # opens today
        place.works(place.braten, due_in=0, name="Siri Dahl")
        manager = place.sees(place.agency)
    expected = {
        dt.date(2027, 4, 20): {"Amundsen": "Må fornyes", "Dahl": "Ikke begynt"},
        dt.date(2027, 4, 21): {"Amundsen": "Må fornyes", "Dahl": "Over fristen"},
        dt.date(2027, 6, 19): {"Amundsen": "Må fornyes", "Dahl": "Over fristen"},
        dt.date(2027, 6, 20): {"Amundsen": "Utløpt, kan fornyes til 18. august", "Dahl": "Over fristen"},
        dt.date(2027, 8, 18): {"Amundsen": "Utløpt, kan fornyes til 18. august", "Dahl": "Over fristen"},
        dt.date(2027, 8, 19): {"Amundsen": "Utløpt", "Dahl": "Over fristen"},
    }
    keys = {"Må fornyes": "window", "Ikke begynt": "not_started", "Over fristen": "overdue", "Utløpt": "expired"}
    for day, shown in expected.items():
        with time_machine.travel(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC), tick=False):
            client.force_login(manager)
            page = client.get("/nb/personer/")
            assert {row.standing.person.last_name: row.word for row, _note in page.context["rows"]} == shown
            for name, word in shown.items():
                found = client.get("/nb/personer/", {"status": keys.get(word, "grace")}).context["rows"]
                assert name in {row.standing.person.last_name for row, _note in found}
