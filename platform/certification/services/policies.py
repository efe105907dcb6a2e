"""New versions of the rules of a certification, national or an agency's, and what one would mean for open cycles.

A version is never edited. Open cycles keep the terms they were opened with, unless somebody asks for the new ones.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.models import Unit
from agencies.services.rows import fingerprint, refuse_stale
from certification.explaining import in_words
from certification.merging import Terms, Tightening, looser_fields
from certification.models import Certification, Cycle, Policy, Requirement
from certification.periods import parse_period
from certification.services.rulebook import Rulebook, merged_terms
from common.dated import retract

_FIELDS = ("pass_mark", "validity", "grace", "window", "least_assurance", "attempts", "cool_down_days")
_NATIONAL_ONLY = ("window", "date_base", "fixed_day", "minimum_active", "prior_learning")
_WHOLE = ("path", "pass_mark", "validity", "window", "date_base", "least_assurance")
_MAY_BE_EMPTY = {"agency", "attempts", "cool_down_days", "grace", "refresher_path", *_WHOLE, *_NATIONAL_ONLY}
_YEAR = parse_period("P12M")
_MOST_DAYS = 365
_NO_LIMIT = 10**6


@transaction.atomic
def save_version(
    *, policy: Policy, made_by: User, apply_to_open: bool, today: dt.date | None = None, seen: str | None = None
) -> Policy:
    """Saves a new version of a policy in place of the one before; open cycles too get its terms with `apply_to_open`.

    A version that is to hold from a later day leaves the one in force until then. Raises ValidationError by field, and
    SupersededError where `seen` (policy_fingerprint) shows that somebody else was first.
    """
    today = today or timezone.localdate()
    Certification.objects.select_for_update(no_key=True).get(pk=policy.certification_id)
    refuse_stale(seen, policy_fingerprint(policy.certification, policy.agency))
    check_policy(policy, today)
    if apply_to_open and policy.valid_from > today:
        raise ValidationError(
            {"apply_to_open": _("Versjonen gjelder ikke ennå, så den kan ikke brukes på omganger som alt er åpne.")}
        )
    for row in _replaced_by(policy, today):
        retract(row)
    policy.made_by = made_by
    policy.validate_constraints()
    policy.save(force_insert=True)
    if apply_to_open:
        # Tasks stand above services: this one is called by its name.
        apply = current_app.signature("certification.tasks.apply_policy", args=[policy.pk])
        transaction.on_commit(apply.apply_async, robust=True)
    return policy


def current_version(certification: Certification, agency: Unit | None, day: dt.date) -> Policy | None:
    """The version in force on `day`, by what we believe now."""
    found: Policy | None = (
        Policy.objects.current()
        .filter(certification=certification, agency=agency, valid_from__lte=day)
        .select_related("path", "refresher_path")
        .order_by("-valid_from", "-pk")
        .first()
    )
    return found


def policy_fingerprint(certification: Certification, agency: Unit | None) -> str:
    """What save_version compares with `seen`."""
    rows = Policy.objects.current().filter(certification=certification, agency=agency)
    return fingerprint(*rows.order_by("pk").values_list("pk", flat=True))


def _replaced_by(policy: Policy, today: dt.date) -> list[Policy]:
    """The versions that `policy` replaces: every other one, but the one in force where it holds only later."""
    rows = Policy.objects.current().filter(certification=policy.certification, agency=policy.agency)
    in_force = current_version(policy.certification, policy.agency, today) if policy.valid_from > today else None
    return [row for row in rows if in_force is None or row.pk != in_force.pk]


# --- what a version may say -------------------------------------------------------------------------


def check_policy(policy: Policy, today: dt.date) -> None:
    """Raises ValidationError, by field and in words, for a version that cannot be meant or is not allowed."""
    wrong: dict[str, list[str]] = {}
    try:
        # What may be left empty is told by `_WHOLE`, since an agency may leave everything so.
        policy.clean_fields(exclude={name for name in _MAY_BE_EMPTY if getattr(policy, name) in (None, "")})
    except ValidationError as error:
        wrong = {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
    if policy.certification.archived_on is not None:
        wrong.setdefault("certification", []).append(_("Sertifiseringen er arkivert."))
    used = Policy.objects.filter(
        certification=policy.certification, agency=policy.agency, version=policy.version.strip()
    )
    if used.exists():
        wrong.setdefault("version", []).append(_("Navnet er brukt før. Det står i forklaringer, så velg et nytt."))
    for name, text in _values(policy, wrong):
        wrong.setdefault(name, []).append(text)
    if policy.agency is None:
        for name in _WHOLE:
            if getattr(policy, name) in (None, "") and name not in wrong:
                wrong[name] = [_("De nasjonale reglene må fylles helt ut.")]
    else:
        for name, text in _against_national(policy, today, wrong):
            wrong.setdefault(name, []).append(text)
    if wrong:
        raise ValidationError({name: list(dict.fromkeys(texts)) for name, texts in wrong.items()})


def _values(policy: Policy, wrong: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """What is wrong with the values by themselves; fields already complained of are left alone."""
    if policy.validity and "validity" not in wrong and parse_period(policy.validity).rough_days < 1:
        yield "validity", _("Gyldigheten må være minst én dag.")
    if policy.validity and policy.window and not {"validity", "window"} & wrong.keys():
        yield from _window_fits(policy.window, policy.validity, "window")
    if policy.attempts is not None and policy.attempts < 1:
        yield "attempts", _("Det må være minst ett forsøk. La feltet stå tomt for så mange som helst.")
    if policy.cool_down_days is not None and policy.cool_down_days > _MOST_DAYS:
        yield "cool_down_days", _("Velg høyst et år.")
    for name in ("path", "refresher_path"):
        path = getattr(policy, name)
        if path is not None and not path.steps.exists():
            yield name, _("Stien har ingen steg, så ingen kunne bli sertifisert. Velg en annen.")
    if policy.date_base == Policy.DateBase.FIXED:
        if not _is_day(policy.fixed_day):
            yield "fixed_day", _("Skriv måned og dag som finnes, for eksempel 06-30 for 30. juni.")
        if "minimum_active" not in wrong and _long(policy.minimum_active):
            yield "minimum_active", _("Den korteste tiden må være under et år: den faste dagen kommer hvert år.")
    elif policy.fixed_day or policy.minimum_active:
        name = "fixed_day" if policy.fixed_day else "minimum_active"
        yield name, _("Dette brukes bare når sertifikatet går ut en fast dag i året. La feltet stå tomt.")


def _long(period: str) -> bool:
    return bool(period) and parse_period(period).rough_days >= _YEAR.rough_days


def _window_fits(window: str, validity: str, name: str) -> Iterator[tuple[str, str]]:
    if parse_period(window).rough_days >= parse_period(validity).rough_days:
        yield name, _("Tiden for å fornye må være kortere enn gyldigheten.")


def _is_day(text: str) -> bool:
    try:
        dt.datetime.strptime(f"2024-{text}", "%Y-%m-%d")  # noqa: DTZ007  a day of any zone; in a leap year 29 February is one
    except ValueError:
        return False
    return len(text) == len("06-30")


def _against_national(policy: Policy, today: dt.date, wrong: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """An agency may tighten the national policy, never loosen it."""
    for name in _NATIONAL_ONLY:
        if getattr(policy, name):
            yield name, _("Dette bestemmes nasjonalt.")
    if policy.agency is not None and not policy.agency.is_agency:
        yield "agency", _("Bare en virksomhet kan ha egne regler.")
    national = current_version(policy.certification, None, max(policy.valid_from or today, today))
    if national is None:
        yield "__all__", _("Sertifiseringen har ingen nasjonale regler å stramme inn.")
        return
    if wrong:
        return
    terms = merged_terms([national])
    reasons = {
        "pass_mark": _("Nasjonalt kreves minst %(value)s prosent. Dere kan kreve mer, ikke mindre.")
        % {"value": terms.pass_mark},
        "validity": _("Nasjonalt er det gyldig i %(value)s. Dere kan velge kortere, ikke lengre.")
        % {"value": in_words(terms.validity)},
        "grace": _("Nasjonalt er henstanden %(value)s. Dere kan velge kortere, ikke lengre.")
        % {"value": in_words(terms.grace)},
        "least_assurance": _("Dette er mindre sikkert enn det som kreves nasjonalt."),
        "attempts": _("Nasjonalt er det %(value)s forsøk. Dere kan gi færre, ikke flere.") % {"value": terms.attempts},
        "cool_down_days": _("Nasjonalt går det %(value)s dager mellom forsøk. Dere kan velge flere, ikke færre.")
        % {"value": terms.cool_down_days},
    }
    for name in looser_fields(terms, _wish(policy)):
        yield name, reasons[name]
    if policy.validity:
        yield from _window_fits(terms.window, policy.validity, "validity")


def _wish(policy: Policy) -> Tightening:
    return Tightening(
        pass_mark=policy.pass_mark,
        validity=policy.validity,
        grace=policy.grace,
        least_assurance=policy.least_assurance,
        attempts=policy.attempts,
        cool_down_days=policy.cool_down_days,
    )


# --- what a version would mean ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyEffects:
    """Open cycles that would get other terms. By field, how many would get stricter and how many looser ones."""

    open: int = 0
    changed: int = 0
    stricter: Counter[str] = field(default_factory=Counter)
    looser: Counter[str] = field(default_factory=Counter)


def effects_of_policy(policy: Policy, today: dt.date | None = None) -> PolicyEffects:
    """What applying `policy` to the open cycles would change, were it in force today. Writes nothing.

    Counts every open cycle of the certification, or for an agency's policy those of the people it requires it of.
    """
    rulebook = Rulebook(today or timezone.localdate())
    by_agency = _versions_with(policy, rulebook.today)
    national = by_agency.pop(None, None)
    if national is None:
        return PolicyEffects()
    asking = _agencies_of_people(policy, set(by_agency), rulebook.today)
    refreshers = set(
        Policy.objects.filter(certification=policy.certification, refresher_path__isnull=False).values_list(
            "refresher_path", flat=True
        )
    )
    wanted: dict[tuple[frozenset[int], bool], tuple[Terms, frozenset[str]]] = {}
    total, changed = 0, 0
    stricter: Counter[str] = Counter()
    looser: Counter[str] = Counter()
    cycles = Cycle.objects.filter(certification=policy.certification, state=Cycle.State.OPEN)
    for person_id, path_id, steps, *now in cycles.values_list("person_id", "path_id", "steps", *_FIELDS).iterator():
        agencies = asking.get(person_id, frozenset())
        if policy.agency_id is not None and policy.agency_id not in agencies:
            continue
        total += 1
        key = (agencies, path_id in refreshers)
        if key not in wanted:
            policies = [national, *(by_agency[pk] for pk in sorted(agencies))]
            _path, then = rulebook.steps(policies, renewal=key[1])
            wanted[key] = (merged_terms(policies), _keys(then))
        terms, then_steps = wanted[key]
        up, down = _compared(dict(zip(_FIELDS, now, strict=True)), terms)
        now_steps = _keys(steps)
        up += ["path"] if then_steps - now_steps else []
        down += ["path"] if now_steps - then_steps else []
        stricter.update(up)
        looser.update(down)
        changed += bool(up or down)
    return PolicyEffects(total, changed, stricter, looser)


def _keys(steps: list[dict[str, str]]) -> frozenset[str]:
    return frozenset(f"{step['subject']}:{step['key']}" for step in steps)


def _versions_with(policy: Policy, today: dt.date) -> dict[int | None, Policy]:
    """Agency → its policy in force, as it would be with `policy` in its place."""
    rows = Policy.objects.current().filter(certification=policy.certification, valid_from__lte=today)
    newest: dict[int | None, Policy] = {policy.agency_id: policy}
    for row in rows.order_by("-valid_from", "-pk"):
        newest.setdefault(row.agency_id, row)
    return newest


def _agencies_of_people(policy: Policy, agencies: set[int | None], today: dt.date) -> dict[int, frozenset[int]]:
    """Person → the agencies with a policy of their own that require it of her today."""
    found: dict[int, frozenset[int]] = {}
    rows = Requirement.objects.on(today).filter(certification=policy.certification, agency__in=agencies)
    for person_id, agency_id in rows.order_by().values_list("person_id", "agency_id").distinct().iterator():
        found[person_id] = found.get(person_id, frozenset()) | {agency_id}
    return found


def _compared(now: dict[str, int | str | None], then: Terms) -> tuple[list[str], list[str]]:
    """The fields in which `then` is stricter, and those in which it is looser."""
    stricter, looser = [], []
    for name in _FIELDS:
        a, b = _strictness(name, now[name]), _strictness(name, getattr(then, name))
        if b > a:
            stricter.append(name)
        elif b < a:
            looser.append(name)
    return stricter, looser


def _strictness(name: str, value: int | str | None) -> float:
    """A number that grows with how much a field asks."""
    if name in ("validity", "grace", "window"):
        return -parse_period(str(value) or "P0D").rough_days
    if name == "attempts":
        return -float(value if value is not None else _NO_LIMIT)
    return float(value or 0)
