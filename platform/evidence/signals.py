"""What the ledger tells the apps above it."""

from django.dispatch import Signal

# Sent inside the transaction that recorded it, once for each new row. Arguments: evidence (Evidence).
evidence_recorded = Signal()
