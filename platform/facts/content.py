"""Facts written in a file, brought into the tables once."""

from pathlib import Path
from typing import Any

import yaml
from django.db import models, transaction

from facts.models import ContactPoint, LegalReference, Source, Term

FACTS_FILE = Path(__file__).parent / "content" / "facts.yaml"

# Sources first: the others rest on them.
_TABLES: tuple[tuple[str, type[models.Model]], ...] = (
    ("sources", Source),
    ("legal_references", LegalReference),
    ("contact_points", ContactPoint),
    ("terms", Term),
)


@transaction.atomic
def load_facts(path: Path | None = None, *, update: bool = False) -> int:
    """Adds the facts of `path` that are missing, by key, and returns how many rows were written.

    A fact that is there is left as it is, since a trainer may have corrected it; `update` takes the file's word.
    """
    content = yaml.safe_load((path or FACTS_FILE).read_text(encoding="utf-8"))
    written = 0
    sources: dict[str, Source] = {}
    for name, model in _TABLES:
        known: dict[str, Any] = {row.key: row for row in model._default_manager.all()}  # type: ignore[attr-defined]  # every table has a key
        for entry in content.get(name, []):
            row = known.get(entry["key"])
            if row is not None and not update:
                continue
            row = row or model()
            for field, value in _fields(entry, sources).items():
                setattr(row, field, value)
            row.full_clean()
            row.save()
            known[entry["key"]] = row
            written += 1
        if model is Source:
            sources = known
    return written


def _fields(entry: dict[str, Any], sources: dict[str, Source]) -> dict[str, Any]:
    fields = dict(entry)
    if "source" in fields:
        if fields["source"] not in sources:
            raise ValueError(f"{fields['key']}: unknown source {fields['source']}")
        fields["source"] = sources[fields["source"]]
    return fields
