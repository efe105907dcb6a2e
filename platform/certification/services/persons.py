"""What certification keeps of one person: given to her, and what of it goes when she is erased."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.links import made_by, rows_of
from accounts.signals import Part
from assessments.models import Quiz
from assessments.services import withdraw_many
from certification.models import Certificate, Cycle, Decision, LedgerEvent, Notice, Requirement, Standing
from certification.models.cycles import new_salt
from certification.services.cycles import given_for
from certification.services.ledger import log_all
from certification.services.settling import settle_person
from common.codes import new_code

MADE = ("certification.Policy.made_by", "certification.RequirementRule.made_by", "certification.Decision.decided_by")
FIELDS = (
    "certification.Cycle.person",
    "certification.Decision.person",
    "certification.LedgerChain.person",
    "certification.Notice.person",
    "certification.Requirement.person",
    "certification.SettleMark.person",
    "certification.Standing.person",
    *MADE,
)
ERASED_REASON = "Slettet."


def export_parts(person: User) -> Iterable[Part]:
    """Where she stands and how she came there, with the reasons of what was decided about her, and who decided."""
    yield Part(
        "standings",
        _("sertifiseringene dine, og hvordan du står"),
        rows_of(
            Standing.objects.filter(person=person).order_by("pk"), certification="certification__name_nb",
            state="state", valid_from="valid_from", renew_from="window_opens_on", valid_to="expires_on",
            grace_until="grace_until", required="required", waived="waived", paused="paused", due="due_on",
            computed="computed_on",
        ),
    )  # fmt: skip
    yield Part(
        "requirements",
        _("krav som gjelder eller har gjeldt deg"),
        rows_of(
            Requirement.objects.filter(person=person).order_by("pk"), certification="certification__name_nb",
            rule="rule__label", agency="agency__name_nb", unit="unit__name_nb", role="role__name_nb",
            first_day="valid_from", last_day="valid_to", due="due_on", recorded="recorded_at",
            replaced="superseded_at",
        ),
    )  # fmt: skip
    yield Part(
        "cycles",
        _("omgangene du har tatt, med sertifikatene de ga"),
        rows_of(
            Cycle.objects.filter(person=person).order_by("certification", "number"), id="public_id",
            certification="certification__name_nb", number="number", state="state", imported="imported",
            agency="agency__name_nb", rules="policy_versions", editions="editions", opened="opened_on",
            begun="begun_on", satisfied="satisfied_on", closed="closed_on", due="due_on", valid_from="valid_from",
            valid_to="expires_on", renew_from="window_opens_on", grace_until="grace_until",
            certificate_code="certificate__code", certificate_issued="certificate__issued_on",
        ),
    )  # fmt: skip
    yield Part(
        "decisions",
        _("vedtak om deg, med begrunnelsen og hvem som gjorde dem"),
        rows_of(
            Decision.objects.filter(person=person).order_by("pk"), id="public_id", kind="kind",
            certification="certification__name_nb", agency="agency__name_nb", first_day="valid_from",
            last_day="valid_to", until="until", reason="reason", decided_by_first_name="decided_by__first_name",
            decided_by_last_name="decided_by__last_name", recorded="recorded_at", replaced="superseded_at",
        ),
    )  # fmt: skip
    yield Part(
        "messages",
        _("e-poster Handlekraft har sendt deg"),
        rows_of(
            Notice.objects.filter(person=person).order_by("pk"), about="stage",
            certification="cycle__certification__name_nb", channel="channel", week="week", claimed="claimed_at",
            sent="confirmed_at",
        ),
    )  # fmt: skip
    yield Part(
        "ledger",
        _("loggen over det som har skjedd med sertifiseringene dine, som ikke kan endres uten at det synes"),
        rows_of(
            LedgerEvent.objects.filter(chain__person=person).order_by("number"), number="number", kind="kind",
            facts="facts", recorded="recorded_at", hash="hash",
        ),
    )  # fmt: skip
    yield Part("rules_and_decisions_made", _("hvor mange krav, regler og vedtak du har gjort"), made_by(person, MADE))


def erase(person: User) -> Iterable[str]:
    """Ends what is under way and takes away every text about her. Cycles and ledger stay, of somebody without a name.

    The chain keeps pointing to her empty row, so that a replay still compares the two.
    """
    close_cycles(Cycle.objects.filter(person=person, state=Cycle.State.OPEN), sitting=person)
    settle_person(person.pk)
    for decision in Decision.objects.filter(person=person):
        # With the salt kept, a short reason could be guessed from its hash.
        Decision.objects.filter(pk=decision.pk).update(reason=ERASED_REASON, salt=new_salt())
    for certificate in Certificate.objects.filter(cycle__person=person):
        # The code stands on a paper beside her name: it would lead from the name to the rows.
        Certificate.objects.filter(pk=certificate.pk).update(code=new_code())
    Notice.objects.filter(person=person).delete()
    return [
        _("Krav som gjelder nå, avsluttes, og omganger som er åpne, lukkes."),
        _("Begrunnelser for vedtak og sendte meldinger slettes."),
        _("Sertifikatenes kontrollkoder slutter å virke. Et sertifikat på papir kan ikke kontrolleres lenger."),
        _("At noen var sertifisert, og når, blir stående uten navn, så loggen og tallene fortsatt kan etterprøves."),
    ]


def close_cycles(cycles: Iterable[Cycle], *, sitting: User) -> None:
    """Ends open passes that nobody will finish, tells the ledger, and takes back the leave to sit their tests.

    `sitting` has that leave, which may have moved to her before the passes do.
    """
    today, closing = timezone.localdate(), list(cycles)
    Cycle.objects.filter(pk__in=[one.pk for one in closing]).update(state=Cycle.State.CLOSED, closed_on=today)
    log_all((one.person_id, LedgerEvent.Kind.CLOSED, {"cycle": one.public_id, "closed_on": today}) for one in closing)
    for one in closing:
        keys = [step["key"] for step in one.steps if step["subject"] == "quiz"]
        quizzes = Quiz.objects.filter(key__in=keys).values_list("pk", flat=True)
        withdraw_many([(sitting.pk, quiz_id, given_for(one.public_id)) for quiz_id in quizzes])
