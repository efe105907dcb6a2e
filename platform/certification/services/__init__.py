"""Writes of certification: requirements, cycles, standings, certificates."""

from certification.services.settling import settle_people, settle_person
from certification.services.sweeping import settle_due

__all__ = ["settle_due", "settle_people", "settle_person"]
