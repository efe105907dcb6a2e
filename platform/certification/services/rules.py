"""Making rules: whom an agency obliges."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agencies.models import Membership, Unit
from certification.models import Certification, RequirementRule


@transaction.atomic
def require(
    *, certification: Certification, unit: Unit, label: str, due_days: int, first_day: dt.date | None = None
) -> tuple[RequirementRule, list[int]]:
    """Obliges everybody in `unit` and below, `due_days` after they begin or after `first_day`, whichever is later.

    Returns the rule and the people to settle.
    """
    rule = RequirementRule(
        certification=certification,
        agency=unit.agency or unit,
        unit=unit,
        label=label,
        valid_from=first_day or timezone.localdate(),
        due_days=due_days,
    )
    rule.full_clean()
    rule.save(force_insert=True)
    people = Membership.objects.current().filter(unit__path__startswith=unit.path)
    return rule, sorted(set(people.values_list("person_id", flat=True)))
