"""One person, as her manager may see her: status, dates and certificate of what is required, and what happened."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import CharField, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from accounts.models import User
from agencies.access import Scope
from agencies.models import Membership
from certification.explaining import explanations
from certification.models import Certificate, Decision, Requirement, Standing
from certification.standing import display_today
from certification.statuses import DisplayStatus
from reports.contributions import STEP_LENGTH
from reports.reading.people import Row, jobs_in, required_standings, row_of

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """The next day on which what is shown changes without anyone acting, and to what."""

    day: dt.date
    word: str
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Requirements:
    """One required certification on the person's page."""

    row: Row
    why: str
    can_renew_from: dt.date | None
    change: Change | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, on a day. Newest first; never how she did it."""

    day: dt.date
    text: str
    note: str
    icon: str
    color: str


def memberships_in(scope: Scope, public_id: object) -> list[Membership]:
    """Her memberships in `scope` by what we believe now, ended ones too, newest first."""
    return list(
        Membership.objects.current()
        .filter(scope.q("unit__path"), person__public_id=public_id)
        .select_related("person", "unit", "role")
        .order_by("-valid_from", "-pk")
    )


def requirements_of(person: User, jobs: Sequence[Membership], scope: Scope, today: dt.date) -> list[Requirements]:
    """What is required of her through units in `scope`, each with its reason."""
    standings = list(
        required_standings(jobs_in(scope, today), today)
        .filter(person=person)
        .select_related("person", "certification", "cycle__certificate")
        .order_by("certification__key")
    )
    sentences = explanations(standings, today) if standings else {}
    return [
        Requirements(
            row=row_of(standing, jobs, today),
            why=sentences[standing.pk],
            can_renew_from=standing.window_opens_on if _certified(standing, today) else None,
            change=next_visible_change(standing, today),
            code=_code(standing),
        )
        for standing in standings
    ]


def _certified(standing: Standing, today: dt.date) -> bool:
    return display_today(standing, today) in (DisplayStatus.VALID, DisplayStatus.WINDOW, DisplayStatus.GRACE)


def _code(standing: Standing) -> str | None:
    """The code of the certificate that she holds, or held last."""
    certificate: Certificate | None = getattr(standing.cycle, "certificate", None)
    return certificate.code if certificate else None


def next_visible_change(standing: Standing, today: dt.date) -> Change | None:
    """When the status that is shown next changes by the stored dates alone."""
    now = display_today(standing, today)
    turns = [standing.valid_from, standing.window_opens_on]
    turns += [last + _DAY for last in (standing.expires_on, standing.grace_until, standing.due_on) if last]
    for day in sorted(turn for turn in turns if turn and turn > today):
        then = display_today(standing, day)
        if then != now:
            return Change(day, str(then.label), standing.grace_until if then == DisplayStatus.GRACE else None)
    return None


# --- what happened ----------------------------------------------------------------------------------


def events_of(
    person: User, found: Sequence[Requirements], memberships: Sequence[Membership], scope: Scope, today: dt.date
) -> list[Event]:
    """Certificates, decisions (their kind, never their reason) and changes of work in `scope`, newest first."""
    names = {item.row.standing.certification_id: item.row.standing.certification.name for item in found}
    events = [event for job in memberships for event in _of_membership(job, today)]
    current = {item.row.standing.cycle_id for item in found}
    for certification_id, day, what in _certificates_and_decisions(person, names, current, scope, today):
        text, icon, color = _said(what)
        events.append(Event(day, text, names[certification_id], icon, color))
    return sorted(events, key=lambda event: event.day, reverse=True)


def _of_membership(job: Membership, today: dt.date) -> list[Event]:
    words = {"role": job.role.name, "unit": job.unit.name}
    events = []
    if job.valid_from <= today:
        note = _("Kilde: %(source)s.") % {"source": job.get_origin_display()}
        events.append(Event(job.valid_from, _("Begynte som %(role)s, %(unit)s.") % words, note, "move", "neutral"))
    if job.valid_to and job.valid_to < today:
        events.append(Event(job.valid_to, _("Sluttet som %(role)s, %(unit)s.") % words, "", "end", "neutral"))
    return events


def _said(what: str) -> tuple[str, str, str]:
    match what:
        case Decision.Kind.WAIVER:
            return _("Fritak gitt."), "waived", "neutral"
        case Decision.Kind.EXTENSION:
            return _("Utsettelse gitt."), "calendar", "info"
        case Decision.Kind.SUSPENSION:
            return _("Sertifikatet satt på vent."), "ban", "danger"
        case Decision.Kind.REVOCATION:
            return _("Sertifikatet trukket tilbake."), "ban", "danger"
        case Decision.Kind.CORRECTION:
            return _("Rettet."), "pencil", "neutral"
        case Decision.Kind.PRIOR:
            return _("Tidligere læring godkjent."), "check", "neutral"
        case Decision.Kind.OPENING:
            return _("Ny omgang åpnet."), "calendar", "info"
    return _("Sertifikat utstedt."), "check", "success"


def _certificates_and_decisions(
    person: User, names: dict[int, str], current: set[int | None], scope: Scope, today: dt.date
) -> list[tuple[int, dt.date, str]]:
    """(certification, day, "certificate" or the kind of decision), in one query.

    A certificate from before anything was required of her here was voluntary, or another employer's: it is left out,
    unless it is the one that counts now. So is a decision made by an agency outside the scope.
    """
    if not names:
        return []
    since = (
        Requirement.objects.current()
        .filter(scope.q("unit__path"), person=person, certification__in=names)
        .values("person")
        .annotate(first=Min("valid_from"))
        .values("first")
    )
    certificates: QuerySet[Certificate, tuple[int, dt.date, str]] = Certificate.objects.filter(
        Q(cycle__in=[pk for pk in current if pk]) | Q(issued_on__gte=since),
        cycle__person=person,
        cycle__certification__in=names,
    ).values_list("cycle__certification_id", "issued_on", Cast(Value("certificate"), CharField()))
    above = {path[:end] for path in scope.paths for end in range(STEP_LENGTH, len(path), STEP_LENGTH)}
    decisions = (
        Decision.objects.current()
        .filter(Q(agency=None) | Q(agency__path__in=above) | scope.q("agency__path"))
        .filter(person=person, certification__in=names, valid_from__lte=today)
        .values_list("certification_id", "valid_from", "kind")
    )
    return list(certificates.order_by().union(decisions.order_by(), all=True))
