"""What is certified, by which rules, why a person must, each pass at it, and where she stands.

Three axes, never one enum: *standing* (from dates), *requirement* (must she, is she excused), *cycle* (has she begun).
"""

from certification.models.badges import BadgeStatus
from certification.models.cycles import Certificate, Cycle, CycleEvidence, Decision, Requirement
from certification.models.ledger import LedgerChain, LedgerEvent, LedgerHead, LedgerIsAppendOnlyError
from certification.models.notices import Notice
from certification.models.rules import Certification, Policy, RequirementRule
from certification.models.standings import SettleMark, Standing

__all__ = [
    "BadgeStatus",
    "Certificate",
    "Certification",
    "Cycle",
    "CycleEvidence",
    "Decision",
    "LedgerChain",
    "LedgerEvent",
    "LedgerHead",
    "LedgerIsAppendOnlyError",
    "Notice",
    "Policy",
    "Requirement",
    "RequirementRule",
    "SettleMark",
    "Standing",
]
