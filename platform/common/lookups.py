"""`__among`: as `__in`, for a thousand keys or more, sent as one parameter.

`IN` with a thousand parameters is a new statement for each length, which both sides take apart and put together every
time; an array is one parameter of one prepared statement.
"""

from typing import Any

from django.db.models import Field, ForeignKey, Lookup


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`Model.objects.filter(person_id__among=ids)` for integer keys."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        keys = ",".join(str(int(key)) for key in value)
        # As text, which both databases read faster than the driver takes a list apart.
        return "%s", [f"{{{keys}}}" if connection.vendor == "postgresql" else f"[{keys}]"]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        params = [*left_params, *right_params]
        if connection.vendor == "postgresql":
            return f"{left} = ANY({right}::bigint[])", params
        return f"{left} IN (SELECT value FROM json_each({right}))", params  # noqa: S608  both sides come from the compiler
