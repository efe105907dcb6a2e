"""An agency is usable without the demo: from an empty database to a learner with a path, by commands alone."""

import pytest
from django.core.management import CommandError, call_command

from certification.models import Cycle, RequirementRule


def test_from_nothing_to_a_learner_with_a_path(db: None, tmp_path) -> None:
    call_command("foundation")
    call_command(
        "agency_add",
        "Nordvik kommune",
        kind="municipality",
        code="NORDVIK",
        administrator="anna@nordvik.example",
        first_name="Anna",
        last_name="Nord",
    )
    roster = tmp_path / "ansatte.csv"
    roster.write_text(
        "email,first_name,last_name,unit,role,start,end\n"
        "ola@nordvik.example,Ola,Vik,Nordvik kommune,teacher,2024-08-01,\n"
    )
    call_command("people_import", str(roster), agency="NORDVIK")
    call_command("require", "grunnkurs", unit="NORDVIK", label="2026-1", due_days=30)
    cycle = Cycle.objects.get(person__email="ola@nordvik.example")
    assert (cycle.state, [step["subject"] for step in cycle.steps]) == ("open", ["course", "quiz"])


def test_a_wrong_unit_or_certification_is_said_and_changes_nothing(db: None) -> None:
    with pytest.raises(CommandError, match="ingen sertifisering"):
        call_command("require", "finnes-ikke", unit="X", label="1")
    call_command("foundation")
    with pytest.raises(CommandError, match="ikke én enhet"):
        call_command("require", "grunnkurs", unit="finnes ikke", label="1")
    assert not RequirementRule.objects.exists()
