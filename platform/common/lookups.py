"""`__among`: as `__in`, for a thousand keys or more, sent as one parameter.

`IN` with a thousand parameters is a new statement for each length, which both sides take apart and put together every
time; an array is one parameter of one prepared statement.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from django.db.models import Field, ForeignKey, Lookup


class Keys:
    """Integer keys that many questions are asked about: written out once, and not gone through for each by Django."""

    __slots__ = ("text",)

    def __init__(self, keys: Iterable[int]) -> None:
        # As text, which both databases read faster than the driver takes a list apart.
        self.text = orjson.dumps([*keys]).decode()


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`Model.objects.filter(person_id__among=ids)` for integer keys, or for `Keys(ids)` where there is more to ask."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        text = (value if isinstance(value, Keys) else Keys(value)).text
        return "%s", [f"{{{text[1:-1]}}}" if connection.vendor == "postgresql" else text]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        params = [*left_params, *right_params]
        if connection.vendor == "postgresql":
            return f"{left} = ANY({right}::bigint[])", params
        return f"{left} IN (SELECT value FROM json_each({right}))", params  # noqa: S608  both sides come from the compiler
