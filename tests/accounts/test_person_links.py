"""No app forgets a person: whatever leads to one is answered for, and is there in the person of the other tests."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import JSONField
from worlds import make_world

from accounts.models import User
from accounts.services.links import person_fields, rows_with
from accounts.signals import PersonSignal, person_erase, person_export, person_merge
from tests.accounts.whole import whole_person

OURS = ("accounts", "facts", "agencies", "evidence", "media", "assessments", "courses", "certification", "reports")
# Read by somebody, who found no person in it, or says what becomes of it.
JSON = {
    "assessments.Attempt.draw": "questions and the order of their answers",
    "assessments.ItemVersion.content": "a question",
    "certification.Cycle.policy_ids": "rules",
    "certification.Cycle.steps": "courses and quizzes",
    "certification.LedgerEvent.facts": "public ids of who decided or merged: random, and of a row without a name",
    "certification.RequirementRule.region_keys": "regions",
    "certification.RequirementRule.role_keys": "roles",
    "certification.RequirementRule.sector_keys": "sectors",
    "courses.EditionPage.objectives": "what a page teaches",
    "courses.EditionPage.part_ids": "parts of a page",
    "courses.EditionPage.requires": "activities of a page",
    "courses.EditionPage.routines": "what a page leaves to workplaces",
    "courses.ModulePage.parts": "a page",
    "media.VideoProgress.ranges": "seconds of a film",
    "media.H5PLibrary.description": "a library, and its author as the package says",
    "media.H5PLibrary.files": "paths",
    "media.H5PLibrary.semantics": "what content may hold",
    "media.H5PStatement.body": "what an activity told, without who it was and what she answered",
    "media.H5PVersion.description": "a package, and its authors as the package says",
    "media.H5PVersion.files": "paths",
    "media.H5PVersion.needs": "libraries",
    "media.H5PVersion.params": "what a package shows",
    "reports.Counted.units": "units and roles",
}


@pytest.mark.parametrize("signal", [person_export, person_erase, person_merge], ids=["export", "erase", "merge"])
def test_whatever_leads_to_a_person_is_answered_for_by_some_app(signal: PersonSignal):
    fields = set(person_fields())
    assert fields - signal.answered == set(), "add these to FIELDS in the app's receivers or services/persons.py"
    assert signal.answered - fields == set(), "these are no fields any more"


def test_the_fields_are_found_in_every_kind_of_table():
    found = set(person_fields())
    assert {"evidence.Evidence.person", "certification.LedgerChain.person", "accounts.User_groups.user"} <= found
    assert {"wagtailcore.ModelLogEntry.user", "mfa.Authenticator.user"} <= found


def test_every_json_field_of_ours_was_looked_through_for_people():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if model._meta.app_label in OURS and (isinstance(field, JSONField) or "Stream" in type(field).__name__)
    }
    assert found == set(JSON)


def test_nothing_of_ours_points_to_people_without_a_column():
    """A key to any kind of row would lead past every answer."""
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.private_fields
        if model._meta.app_label in OURS and isinstance(field, GenericForeignKey)
    ]
    assert generic == []
    assert User not in {field.related_model for model in apps.get_models() for field in model._meta.local_many_to_many}


@pytest.mark.django_db
def test_the_whole_person_has_a_row_in_every_table():
    person = whole_person(make_world())
    empty = [name for name, field in person_fields().items() if not rows_with(field, person).exists()]
    assert empty == [], "give tests/accounts/whole.py a row of each"
