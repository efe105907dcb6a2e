"""Every column that leads to a person, and what is done to many of them alike."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet

from accounts.models import User


def person_fields() -> "dict[str, ForeignKey[Any, Any]]":
    """`app.Model.field` → the field, for every one in the project and its packages that leads to a person."""
    return {
        f"{model._meta.label}.{field.name}": field
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.related_model is User
    }


def repoint(fields: Iterable[str], *, source: User, target: User) -> int:
    """Makes the rows that lead to `source` lead to `target`; says how many. For columns that no constraint holds."""
    known = person_fields()
    return sum(rows_with(known[name], source).update(**{known[name].attname: target.pk}) for name in fields)


def rows_with(field: "ForeignKey[Any, Any]", person: User) -> "QuerySet[Model]":
    """The rows of a person by one field, past managers that hide or guard some."""
    rows: QuerySet[Model] = field.model._base_manager.filter(**{field.attname: person.pk})
    return rows


def rows_of(rows: "QuerySet[Any]", **columns: str) -> list[dict[str, Any]]:
    """Rows as the person may read them: the name in the file → the column it comes from."""
    return [dict(zip(columns, values, strict=True)) for values in rows.values_list(*columns.values())]


def made_by(person: User, fields: Iterable[str]) -> list[dict[str, Any]]:
    """How much a person made that others use: what it is, and how many. What it says is about others, or for all."""
    known = person_fields()
    counts = ((known[name], rows_with(known[name], person).count()) for name in fields)
    return [
        {"what": str(field.model._meta.verbose_name_plural), "as": field.name, "count": count}
        for field, count in counts
        if count
    ]
