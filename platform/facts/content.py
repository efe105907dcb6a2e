"""Facts written in a file: brought into the tables, and written back."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import models, transaction

from common.in_step import InStep
from facts.models import ContactPoint, LegalReference, Source, Term

FACTS_FILE = Path(__file__).parent / "content" / "facts.yaml"

# Sources first: the others rest on them.
TABLES: dict[str, type[models.Model]] = {
    "sources": Source,
    "legal_references": LegalReference,
    "contact_points": ContactPoint,
    "terms": Term,
}


@transaction.atomic
def load_facts(path: Path | None = None, *, in_step: InStep | None = None) -> int:
    """Brings in what the file at `path` has more, or newer, and returns how many rows were written.

    A fact that somebody has corrected here is left as it is. Raises ValueError for a source that is not there, and
    ValidationError for what a fact may not be.
    """
    content = yaml.safe_load((path or FACTS_FILE).read_text(encoding="utf-8"))
    in_step = in_step or InStep({})
    written = 0
    sources: dict[str, Any] = {}
    for table, model in TABLES.items():
        known = {row.key: row for row in _rows(model)}
        for entry in content.get(table, []):
            fields = _fields(entry, sources)
            row, here = model(**fields), known.get(entry["key"])
            if in_step.writes(f"facts/{table}/{entry['key']}", file=form(row), here=form(here) if here else None):
                row = here or row
                for name, value in fields.items():
                    setattr(row, name, value)
                row.full_clean()
                row.save()
                known[entry["key"]] = row
                written += 1
        if model is Source:
            sources = known
    return written


def facts_as_file() -> dict[str, list[dict[str, Any]]]:
    """Every fact, as the file has them."""
    return {
        table: [{name: value for name, value in form(row).items() if value not in ("", None)} for row in _rows(model)]
        for table, model in TABLES.items()
    }


def form(row: Any) -> dict[str, Any]:
    """A fact as a plain structure, to compare and to write."""
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name == "source":
            told["source"] = row.source.key
        elif not field.primary_key:
            value = getattr(row, field.name)
            told[field.name] = dt.date.fromisoformat(value) if isinstance(value, str) and _is_date(field) else value
    key = told.pop("key")
    return {"key": key, **told}


def _rows(model: type[models.Model]) -> list[Any]:
    rows: Any = model._default_manager.all()
    return list(rows if model is Source else rows.select_related("source"))


def _is_date(field: Any) -> bool:
    return isinstance(field, models.DateField)


def _fields(entry: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    fields = dict(entry)
    if "source" in fields:
        if fields["source"] not in sources:
            raise ValueError(f"{fields['key']}: unknown source {fields['source']}")
        fields["source"] = sources[fields["source"]]
    return fields
