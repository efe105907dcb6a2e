"""What is certified, by which rules, why a person must, each pass at it, and where she stands.

Three axes, never one enum: *standing* (from dates), *requirement* (must she, is she excused), *cycle* (has she begun).
"""

from certification.models.cycles import Certificate, Cycle, CycleEvidence, Decision, Requirement
from certification.models.rules import Certification, Policy, RequirementRule
from certification.models.standings import SettleMark, Standing

__all__ = [
    "Certificate",
    "Certification",
    "Cycle",
    "CycleEvidence",
    "Decision",
    "Policy",
    "Requirement",
    "RequirementRule",
    "SettleMark",
    "Standing",
]
