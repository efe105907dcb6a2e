"""Trainers write for everybody: an agency's administrator cannot make one."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from factories import make_grant, make_person, make_unit

from agencies.models import Grant
from agencies.services import give_grant


def test_an_administrator_cannot_make_herself_or_others_trainers(db: None) -> None:
    agency = make_unit()
    administrator = make_person()
    make_grant(administrator, agency, Grant.Function.ADMINISTRATOR)
    for person in (administrator, make_person()):
        with pytest.raises(ValidationError, match="drifter plattformen"):
            give_grant(person=person, unit=agency, function=Grant.Function.TRAINER, given_by=administrator)
    assert not Grant.objects.filter(function=Grant.Function.TRAINER).exists()


def test_those_who_run_the_installation_can(db: None) -> None:
    agency = make_unit("Fjordvik kommune")
    person = make_person(email="trine@example.no")
    call_command("trainer_add", "trine@example.no", agency="Fjordvik kommune")
    assert Grant.objects.get(person=person).unit == agency
    with pytest.raises(CommandError, match="Ingen er lagt inn"):
        call_command("trainer_add", "feil@example.no", agency="Fjordvik kommune")
