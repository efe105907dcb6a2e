"""Where the status of a badge is published."""

from django.db import models

from certification.models.cycles import Certificate


class BadgeStatus(models.Model):
    """The place of one badge in the published status lists. Written once, when the badge is first asked for.

    The index is random, so that a list does not tell who was certified before whom (Bitstring Status List v1.0, 2025).
    """

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="badge_status")
    list_number = models.PositiveIntegerField()
    index = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "index"], name="certification_badge_index_once"),
        ]

    def __str__(self) -> str:
        return f"{self.list_number}/{self.index}"
