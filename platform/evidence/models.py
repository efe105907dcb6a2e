"""The ledger of what people have shown."""

import uuid
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Unit


class AppendOnlyError(Exception):
    """Evidence is added, never changed or deleted. A correction is a new row that says so."""


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Reads of the ledger."""

    def of(self, person_id: int) -> Self:
        return self.filter(person_id=person_id)

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError


class Evidence(models.Model):
    """Who showed what, when, with what result, and how sure we are.

    Append-only: rows are never changed or deleted. Not keyed by cycle: a certification cycle *selects* evidence by its
    date, edition and assurance, and one row may count in several. What was shown is named by key (`translation_key` of
    a course or module, key of a quiz), so that changing language or revising a page never touches it.
    """

    class Subject(models.TextChoices):
        MODULE = "module", _("modul")
        COURSE = "course", _("kurs")
        QUIZ = "quiz", _("prøve")
        ACTIVITY = "activity", _("aktivitet")
        SESSION = "session", _("samling")
        HISTORY = "history", _("tidligere sertifisering")

    class Result(models.TextChoices):
        COMPLETED = "completed", _("fullført")
        PASSED = "passed", _("bestått")
        FAILED = "failed", _("ikke bestått")
        WITHDRAWN = "withdrawn", _("trukket tilbake")

    class Assurance(models.IntegerChoices):
        """How sure we are, least first. Imported evidence carries the level its source had."""

        SELF_DECLARED = 10, _("egenmeldt")
        CLIENT_ASSERTED = 20, _("meldt av nettleseren")
        SERVER_GRADED = 30, _("rettet på tjeneren")
        SUPERVISED = 40, _("under tilsyn")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence", db_index=False
    )
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=10, choices=Subject)
    subject_key = models.UUIDField()
    edition_number = models.PositiveIntegerField(null=True)
    result = models.CharField(max_length=10, choices=Result)
    score = models.DecimalField(
        max_digits=5, decimal_places=4, null=True, help_text="Share of the points, 0 to 1. Never shown to managers."
    )
    assurance = models.PositiveSmallIntegerField(choices=Assurance)
    occurred_at = models.DateTimeField()
    occurred_on = models.DateField(help_text="The day in the agency's time zone: deadlines are days.")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    source_ref = models.CharField(
        max_length=100,
        help_text="What made this row, such as attempt:<id>: the same act is recorded once.",
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("dokumentasjon")
        verbose_name_plural = _("dokumentasjon")
        indexes = [
            models.Index(fields=["person", "subject_key", "occurred_on"], name="evidence_by_person"),
            models.Index(fields=["recorded_at"], name="evidence_recorded_at"),
        ]
        constraints = [
            # Not `unique=True`, which makes an index for LIKE beside it.
            models.UniqueConstraint(fields=["source_ref"], name="evidence_source_ref"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1),
                name="evidence_score_is_share",
                violation_error_message=_("Poeng er en andel mellom 0 og 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.subject} {self.subject_key} {self.result} {self.occurred_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError
