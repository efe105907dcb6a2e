"""Log lines with a request id and without personal data."""

import logging
import re
import uuid
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# What must not be kept: addresses of people, and the secret parts of our own addresses.
_EMAIL = re.compile(r"[^\s<>\"(),:;]+@[\w-]+\.[\w.-]+")
_CODE = re.compile(r"(/k/)[^/\s?\"']+")
_QUERY = re.compile(r"\?[^\s\"']+")


def new_request_id(given: str) -> str:
    """The id that a proxy in front gave, when it looks like one; else a new one."""
    return given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else uuid.uuid4().hex


def without_personal_data(text: str) -> str:
    """`text` with e-mail addresses, certificate codes and query strings taken out."""
    return _QUERY.sub("?…", _CODE.sub(r"\1…", _EMAIL.sub("…@…", text)))


class RequestIdFilter(logging.Filter):
    """Puts the id of the request on every record made while it is answered."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class LineFormatter(logging.Formatter):
    """One line: time, level, request id, logger, message; the traceback under it, cleaned as well."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return without_personal_data(super().format(record))
