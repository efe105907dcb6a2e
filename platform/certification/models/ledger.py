"""The ledger: what happened in certification, in rows that are added and linked, so that a change would show."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LedgerIsAppendOnlyError(Exception):
    """An event is added, never changed or deleted."""


class LedgerChain(models.Model):
    """One person's chain. `ref` is random and all that the events know of her: erasing the link leaves the chain whole.

    `length` and `head` are those of the newest event, so that adding one reads one row.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("person")
    )
    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.ref} ({self.length})"


class LedgerEvent(models.Model):
    """One thing that happened to a person's certification: facts, never names or reasons.

    `hash` is SHA-256 over the previous hash, the chain's ref, the number, the kind, the instant and the facts as
    canonical JSON (ledger.py). Reason texts are referred to by a salted hash.
    """

    class Kind(models.TextChoices):
        DUTY = "duty", _("plikt")
        OPENED = "opened", _("omgang åpnet")
        TERMS = "terms", _("vilkår endret")
        BEGUN = "begun", _("begynt")
        OPTIONAL = "optional", _("frivillig eller ikke")
        SATISFIED = "satisfied", _("oppfylt")
        CLOSED = "closed", _("avsluttet")
        MOVED = "moved", _("utløp flyttet")
        DECIDED = "decided", _("vedtak")
        UNDONE = "undone", _("vedtak opphevet")

    chain = models.ForeignKey(LedgerChain, on_delete=models.PROTECT, related_name="events", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    facts = models.JSONField()
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="certification_ledger_number")]
        indexes = [models.Index(fields=["recorded_at"], name="certification_ledger_recorded")]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.number} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnlyError


class LedgerHead(models.Model):
    """The signed sum of all chains at the end of a day. Also logged outside the database, so that both must agree."""

    day = models.DateField(unique=True)
    chains = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, help_text="SHA-256 over every chain's ref, length and head, by ref.")
    signature = models.TextField(help_text="Compact JWS over the other columns.")
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.day}: {self.digest[:12]}"
