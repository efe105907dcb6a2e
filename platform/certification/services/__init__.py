"""Writes of certification: requirements, cycles, standings, certificates."""

from certification.services.settling import settle_due, settle_person

__all__ = ["settle_due", "settle_person"]
