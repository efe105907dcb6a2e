"""Why a person has the status she has, in one sentence: rule, version, evidence, dates. In the reader's language."""

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certification.models import Cycle, Decision, Requirement, Standing
from certification.periods import parse_period
from certification.standing import display_today
from certification.statuses import DisplayStatus as D
from certification.statuses import StandingState


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the sentence about one standing rests on."""

    policy: str
    editions: str
    agency: str
    rule: str
    role: str
    moved_on: dt.date | None
    asked_by: dt.date | None


def in_words(period: str) -> str:
    """«12 måneder», «60 dager», «12 måneder og 7 dager»."""
    length = parse_period(period or "P0D")
    parts = []
    if length.months:
        parts.append(ngettext("%(n)s måned", "%(n)s måneder", length.months) % {"n": length.months})
    if length.days or not parts:
        parts.append(ngettext("%(n)s dag", "%(n)s dager", length.days) % {"n": length.days})
    return _(" og ").join(parts)


def written(day: dt.date | None) -> str:
    """31. mai 2027"""
    return date_format(day, "DATE_FORMAT") if day else "–"


def why(standing: Standing, today: dt.date) -> str:
    """The sentence for one standing."""
    return explanations([standing], today)[standing.pk]


def explanations(standings: Iterable[Standing], today: dt.date) -> dict[int, str]:
    """Standing id → its sentence, in the same number of queries however many there are."""
    rows = list(standings)
    grounds = _grounds(rows)
    return {row.pk: _sentence(row, grounds[row.pk], today) for row in rows}


def _sentence(row: Standing, ground: _Ground, today: dt.date) -> str:
    cycle = row.cycle
    facts = {
        "certification": row.certification.name,
        "issued": written(cycle.satisfied_on) if cycle else "",
        "from": written(cycle.valid_from) if cycle else "",
        "editions": ground.editions,
        "policy": ground.policy,
        "length": in_words(cycle.validity) if cycle else "",
        "grace": in_words(cycle.grace) if cycle else "",
        "expires": written(row.expires_on),
        "opens": written(row.window_opens_on),
        "grace_until": written(row.grace_until),
        "due": written(row.due_on),
        "duty": _duty(row, ground),
    }
    display = display_today(row, today)
    if row.paused and display in (D.NOT_STARTED, D.IN_PROGRESS, D.OVERDUE):
        return _("%(duty)s Fristen %(due)s gjelder ikke mens permisjonen varer.") % facts
    match display:
        case D.VALID:
            text = _(
                "Bestått %(issued)s%(editions)s; regelversjon %(policy)s gir %(length)s fra %(from)s, så sertifikatet "
                "gjelder til og med %(expires)s."
            )
        case D.WINDOW:
            text = _(
                "Gyldig i dag, men går ut %(expires)s og kan fornyes fra %(opens)s: bestått %(issued)s%(editions)s, og "
                "regelversjon %(policy)s gir %(length)s."
            )
        case D.GRACE:
            text = _(
                "Sertifikatet fra %(issued)s%(editions)s gikk ut %(expires)s, men regelversjon %(policy)s gir "
                "%(grace)s henstand, så det regnes med og kan fornyes til og med %(grace_until)s."
            )
        case D.EXPIRED:
            text = _(
                "Sertifikatet fra %(issued)s%(editions)s gikk ut %(expires)s og kunne etter regelversjon %(policy)s "
                "fornyes til og med %(grace_until)s; nå må hele stien tas på nytt."
            )
        case D.OVERDUE:
            text = _("%(duty)s Fristen var %(due)s, og det er ikke bestått ennå.")
        case D.IN_PROGRESS:
            text = _("%(duty)s Stien er begynt og ikke bestått ennå; fristen er %(due)s.")
        case D.WAIVED:
            text = _("%(duty)s Det er gitt fritak.")
        case D.REVOKED:
            text = _("Sertifikatet fra %(issued)s%(editions)s er trukket tilbake ved et vedtak.")
        case D.SUSPENDED:
            text = _("Sertifikatet fra %(issued)s%(editions)s er satt på vent ved et vedtak.")
        case _:
            text = _("%(duty)s Stien er ikke begynt; fristen er %(due)s.")
    said = capfirst((text % facts).strip())
    if ground.moved_on and display in (D.VALID, D.WINDOW, D.GRACE, D.EXPIRED):
        said += " " + _("Siste dag ble flyttet ved et vedtak %(day)s.") % {"day": written(ground.moved_on)}
    if ground.asked_by and display == D.VALID:
        said += " " + _("En ny omgang er åpnet ved et vedtak, med frist %(day)s.") % {"day": written(ground.asked_by)}
    return said


def _duty(row: Standing, ground: _Ground) -> str:
    if not row.required:
        return _("Ingen krever «%(name)s» nå.") % {"name": row.certification.name}
    return _("%(agency)s krever «%(name)s» (krav %(rule)s) av rollen %(role)s.") % {
        "agency": ground.agency,
        "name": row.certification.name,
        "rule": ground.rule,
        "role": ground.role.lower(),
    }


def _names(of: str) -> list[str]:
    return [f"{of}__name_{language}" for language in ("nb", "nn", "en")]


def _grounds(rows: Sequence[Standing]) -> dict[int, _Ground]:
    roles: dict[tuple[int, int], Requirement] = {}
    required = [row for row in rows if row.required]
    if required:
        for found in (
            Requirement.objects.current()
            .filter(
                person_id__in={row.person_id for row in required},
                certification_id__in={row.certification_id for row in required},
            )
            .select_related("role", "rule", "agency")
            .only("person_id", "certification_id", "rule__label", *_names("role"), *_names("agency"))
            .order_by("-valid_from")
        ):
            roles[(found.person_id, found.certification_id)] = found
    moved = _moved({row.cycle_id for row in rows if row.cycle_id})
    asked = _asked({row.open_cycle_id for row in rows if row.open_cycle_id and row.state == StandingState.CERTIFIED})
    grounds = {}
    for row in rows:
        cycle = row.cycle
        requirement = roles.get((row.person_id, row.certification_id))
        grounds[row.pk] = _Ground(
            policy=cycle.policy_versions if cycle else "",
            editions=_(" for utgave %(number)s") % {"number": cycle.editions} if cycle and cycle.editions else "",
            agency=requirement.agency.name if requirement else "",
            rule=requirement.rule.label if requirement else "",
            role=requirement.role.name if requirement else "",
            moved_on=moved.get(row.cycle_id) if row.cycle_id else None,
            asked_by=asked.get(row.open_cycle_id) if row.open_cycle_id else None,
        )
    return grounds


def _asked(cycle_ids: Set[int]) -> dict[int, dt.date]:
    """Open cycle → its due date, of those that were opened before their time."""
    rows = Cycle.objects.filter(pk__in=cycle_ids, optional=False, due_on__isnull=False) if cycle_ids else ()
    return {row.pk: row.due_on for row in rows if row.due_on}


def _moved(cycle_ids: Set[int]) -> dict[int, dt.date]:
    """The day on which the last day of a cycle was last moved: then it is not what the policy gives."""
    if not cycle_ids:
        return {}
    kinds = [Decision.Kind.EXTENSION, Decision.Kind.CORRECTION]
    rows = Decision.objects.current().filter(cycle_id__in=cycle_ids, kind__in=kinds).order_by("pk")
    return dict(rows.values_list("cycle_id", "valid_from"))
