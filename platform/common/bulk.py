"""Writing many rows of one table at once: COPY on PostgreSQL, one prepared statement on SQLite.

For what is computed in Python from rows that were read in bulk. No signals, no `save()`: the caller answers for what
those would have done. Belongs in the caller's transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection, models
from psycopg.types.json import set_json_dumps

# Below this a statement for each row is quicker than a temporary table.
_FEW = 20


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Adds `rows`, each a value for every one of `names` (attribute names, such as `person_id`)."""
    fields = _fields(model, names)
    table, rows = model._meta.db_table, list(rows)
    if not rows:
        return
    if connection.vendor == "postgresql" and len(rows) > _FEW:
        _copy(table, fields, rows)
        return
    quoted = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{table}" ({quoted}) VALUES ({places})',  # noqa: S608  our own names
            _prepared(fields, rows),
        )


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Sets `names` on the rows whose primary key stands last in each of `rows`."""
    fields = [*_fields(model, names), model._meta.pk]
    table, rows = model._meta.db_table, list(rows)
    if not rows:
        return
    *values, key = [str(field.column) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > _FEW:
            quoted = ", ".join(f'"{column}"' for column in (*values, key))
            cursor.execute(f'CREATE TEMP TABLE bulk_new ON COMMIT DROP AS SELECT {quoted} FROM "{table}" LIMIT 0')  # noqa: S608  our own names
            _copy("bulk_new", fields, rows)
            changes = ", ".join(f'"{column}" = n."{column}"' for column in values)
            cursor.execute(f'UPDATE "{table}" t SET {changes} FROM bulk_new n WHERE t."{key}" = n."{key}"')  # noqa: S608  our own names
            cursor.execute("DROP TABLE bulk_new")
            return
        changes = ", ".join(f'"{column}" = %s' for column in values)
        cursor.executemany(f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s', _prepared(fields, rows))  # noqa: S608  our own names


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """`count` primary keys that nobody else gets, for rows that other rows will refer to. Ascending."""
    table, key = model._meta.db_table, model._meta.pk.column if model._meta.pk else "id"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # The sequence is found once: a call beside `nextval` would be made for each number.
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key])
            [sequence] = cursor.fetchone() or [None]
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
            return [row[0] for row in cursor.fetchall()]
        # SQLite has one writer, and it is we: the highest that ever was, as AUTOINCREMENT counts, is moved on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        if found:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [first + count - 1, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
        return list(range(first, first + count))


@lru_cache(maxsize=100)
def json_alike(text: str) -> Any:
    """What is written in a column of JSON that many rows have alike, read as text.

    It is one object for all who have the same, made once: nobody changes it. For tens of different texts and not for
    thousands: what is kept from one batch to the next lies among what is not, and makes the next one slower.
    """
    return orjson.loads(text)


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Any]:
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    return [by_name[name] for name in names]


def _prepared(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    adapt = [_adapter(field) for field in fields]
    if not any(adapt):
        return [tuple(row) for row in rows]
    return [
        tuple(value if change is None else change(value) for change, value in zip(adapt, row, strict=True))
        for row in rows
    ]


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    """What the driver needs to be told about a value of `field`, or None where it knows."""
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else orjson.dumps(value).decode()
    if connection.vendor == "sqlite" and isinstance(
        field, models.UUIDField | models.DateTimeField | models.DecimalField | models.DateField
    ):
        return lambda value: field.get_db_prep_save(value, connection)
    return None


def _copy(table: str, fields: Sequence[Any], rows: Sequence[Sequence[Any]]) -> None:
    """In binary, with the types told: six times as quick as text, where the driver asks each value what it is."""
    quoted = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        set_json_dumps(orjson.dumps, cursor.cursor)
        with cursor.cursor.copy(f'COPY "{table}" ({quoted}) FROM STDIN (FORMAT BINARY)') as copy:
            copy.set_types([str(field.db_type(connection)).partition("(")[0] for field in fields])
            for row in rows:
                copy.write_row(row)
