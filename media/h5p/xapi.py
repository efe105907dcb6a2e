"""What a learner did, as H5P tells it: read one xAPI statement, and fold many of them into a result.

Everything here is the word of the learner's own browser, which she can change. Bounds are checked so that what is kept
makes sense; whether it is true nobody can tell. Who did it and when it arrived are known from the session, not from
the statement, so `actor`, `authority` and `stored` are not read.

Sources: xAPI 1.0.3, part 2 (statements); H5P core 1.28, x-api-event.js (how core fills them in).
"""

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_IRI: Final = 2_048  # characters
LONGEST_RESPONSE: Final = 10_000  # characters; a longer answer is cut, because losing its end loses no result
MOST_PARENTS: Final = 20

# The verbs that mean something here, by their IRI. “consumed” is of another vocabulary, with another last part.
VERBS: Final = {
    f"http://adlnet.gov/expapi/verbs/{name}": name
    for name in ("attempted", "interacted", "answered", "progressed", "completed", "passed", "failed", "consumed")
} | {"http://activitystrea.ms/schema/1.0/consume": "consumed"}

# Content types that are one question. They never send `completed`: the `answered` of the whole content is their last
# word. In every other type an `answered` may be one question of many, so it ends nothing.
SINGLE_QUESTIONS: Final = (
    "H5P.Blanks",
    "H5P.DragQuestion",
    "H5P.DragText",
    "H5P.ImageHotspotQuestion",
    "H5P.MarkTheWords",
    "H5P.MultiChoice",
    "H5P.MultiMediaChoice",
    "H5P.SpeakTheWords",
    "H5P.Summary",
    "H5P.TrueFalse",
)

_SUB_CONTENT_QUERY = "?subContentId="
_SUB_CONTENT_EXTENSION = "http://h5p.org/x-api/h5p-subContentId"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f\ud800-\udfff]+")
# Weeks, or days to seconds. Years and months are left out: nobody knows how many seconds they are.
_DURATION = re.compile(
    r"P(?:(?P<weeks>[0-9]{1,9})W|(?=[0-9T])(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?"
    r"(?:(?P<seconds>[0-9]{1,12}(?:\.[0-9]{1,9})?)S)?)?)"
)
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
# Core subtracts two readings of the clock; when it was set back in between, the difference is below zero.
_BACKWARDS = re.compile(r"PT-[0-9]{1,12}(\.[0-9]{1,9})?S")


class StatementError(ValueError):
    """This is no statement we can use. `field` names the part, as `result.score.raw`; `reason` says what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Statement:
    """The parts of one statement that say how the learner fared.

    `verb` is a short name from VERBS, or the whole IRI of any other verb. Times are in UTC.
    """

    id: str
    verb: str
    object_id: str
    sub_content_id: str | None = None
    parent_ids: tuple[str, ...] = ()
    raw: float | None = None
    max: float | None = None
    scaled: float | None = None
    success: bool | None = None
    completion: bool | None = None
    response: str | None = None
    duration_seconds: float | None = None
    timestamp: dt.datetime | None = None

    @property
    def share(self) -> float | None:
        """How much of what could be won was won, −1 to 1: `scaled`, or computed where the content left it out."""
        if self.scaled is not None or self.raw is None or not self.max:
            return self.scaled
        return self.raw / self.max


class Rule(StrEnum):
    """What counts as done: reaching the end, or reaching it with the share that the author asks for."""

    FINISHED = "finished"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Result:
    """Where the learner stands. Raw, max and scaled are those of the statement `finished_by`."""

    finished: bool = False
    passed: bool | None = None
    raw: float | None = None
    max: float | None = None
    scaled: float | None = None
    finished_by: str | None = None

    def meets(self, rule: Rule) -> bool:
        """Whether this is enough. A result that does not tell whether she passed meets FINISHED only."""
        return self.finished and (rule is Rule.FINISHED or self.passed is True)


def read_statement(data: object) -> Statement:
    """Read one statement from parsed JSON; StatementError when a part we need is missing or any part is nonsense.

    `id` must be there: core sends none, so the player gives each statement one before it is first sent, and the same
    one again when it is sent again. An optional part that is null counts as absent, because core writes null for a
    number that is not one. `score.min` is not read: in H5P scores begin at 0. How large a statement may be, in bytes,
    is for the caller to say before parsing it.
    """
    statement = _group(data, "statement", needed=True)
    verb_id = _iri(_group(statement.get("verb"), "verb", needed=True).get("id"), "verb.id")
    target = _group(statement.get("object"), "object", needed=True)
    if target.get("objectType", "Activity") != "Activity":
        raise StatementError("object.objectType", "not an Activity")
    object_id = _iri(target.get("id"), "object.id")
    result = _group(statement.get("result"), "result")
    raw, most, scaled = _score(_group(result.get("score"), "result.score"))
    return Statement(
        id=_uuid(statement.get("id")),
        verb=VERBS.get(verb_id, verb_id),
        object_id=object_id,
        sub_content_id=_sub_content_id(object_id, target),
        parent_ids=_parents(_group(statement.get("context"), "context")),
        raw=raw,
        max=most,
        scaled=scaled,
        success=_truth(result.get("success"), "result.success"),
        completion=_truth(result.get("completion"), "result.completion"),
        response=_response(result.get("response")),
        duration_seconds=_duration(result.get("duration")),
        timestamp=_timestamp(statement.get("timestamp")),
    )


def finishes(statement: Statement, *, iri: str, single_question: bool) -> bool:
    """Whether this statement ends the content named `iri` as a whole.

    Chapters, slides and questions inside send `completed` and `passed` of their own. Their object is the IRI with
    `?subContentId=…` behind it, or they name the whole as their parent, so neither is ever taken for the whole.
    """
    if statement.object_id != iri or statement.sub_content_id is not None or iri in statement.parent_ids:
        return False
    if statement.verb == "answered":
        return single_question and statement.completion is not False
    return statement.verb in ("completed", "passed")


def result_of(statements: Iterable[Statement], *, iri: str, pass_share: float | None, single_question: bool) -> Result:
    """Fold all statements of one learner about one content into where she stands.

    The order in which they come does not matter, nor does one that comes twice: statements are sent again after a
    lost connection, and some content types send `progressed` after `completed`.

    The best ending counts: the highest share, then the earliest in time, then the smallest id. She has passed when any
    ending says so; None when no ending tells. `pass_share` is 0 to 1, or None when the author set no mark.
    """
    if pass_share is not None and not 0 <= pass_share <= 1:
        raise ValueError("pass_share is not between 0 and 1")
    endings = [each for each in statements if finishes(each, iri=iri, single_question=single_question)]
    if not endings:
        return Result()
    best = min(endings, key=_rank)
    said = {_passed(each, pass_share) for each in endings}
    return Result(
        finished=True,
        passed=True if True in said else False if False in said else None,
        raw=best.raw,
        max=best.max,
        scaled=best.share,
        finished_by=best.id,
    )


def _passed(statement: Statement, pass_share: float | None) -> bool | None:
    """What one ending says: the content's own verdict, or else its share against the mark."""
    if statement.success is not None:
        return statement.success
    if statement.verb == "passed":
        return True
    if statement.share is None or pass_share is None:
        return None
    # Core rounds `scaled` to four digits. Rounding the mark too lets one of three meet a mark of a third.
    return round(statement.share, 4) >= round(pass_share, 4)


def _rank(statement: Statement) -> tuple[object, ...]:
    """Lower is better. The last two decide only between statements forged with one id, so that order never does."""
    worst = 2.0
    return (
        worst if statement.share is None else -statement.share,
        statement.timestamp or dt.datetime.max.replace(tzinfo=dt.UTC),
        statement.id,
        (statement.raw is None, statement.raw or 0.0),
        (statement.max is None, statement.max or 0.0),
    )


def _group(value: object, field: str, *, needed: bool = False) -> dict[str, object]:
    if value is None and not needed:
        return {}
    if not isinstance(value, dict):
        raise StatementError(field, "not an object")
    return value


def _iri(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_IRI or not _IRI.fullmatch(value):
        raise StatementError(field, f"not an IRI of at most {LONGEST_IRI} characters")
    return value


def _uuid(value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise StatementError("id", "not a UUID")
    return value.lower()


def _truth(value: object, field: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise StatementError(field, "not true or false")
    return value


def _number(value: object, field: str, least: float, most: float) -> float | None:
    """A finite number within bounds. True is a number to Python, but not to JSON."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StatementError(field, "not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise StatementError(field, "not a finite number")
    if not least <= number <= most:
        raise StatementError(field, f"not between {least:g} and {most:g}")
    return number


def _score(score: dict[str, object]) -> tuple[float | None, float | None, float | None]:
    most = _number(score.get("max"), "result.score.max", 0, math.inf)
    raw = _number(score.get("raw"), "result.score.raw", 0, math.inf if most is None else most)
    return raw, most, _number(score.get("scaled"), "result.score.scaled", -1, 1)


def _sub_content_id(object_id: str, target: dict[str, object]) -> str | None:
    """From the IRI, where core puts it, or from the extension, which content types that write their own keep."""
    definition = _group(target.get("definition"), "object.definition")
    extensions = _group(definition.get("extensions"), "object.definition.extensions")
    value: object = object_id.rpartition(_SUB_CONTENT_QUERY)[2] if _SUB_CONTENT_QUERY in object_id else None
    value = value or extensions.get(_SUB_CONTENT_EXTENSION)
    if value is None:
        return None
    if not isinstance(value, str) or not _IRI.fullmatch(f"id:{value}") or len(value) > LONGEST_IRI:
        raise StatementError("object.definition.extensions", "the subContentId is not a name")
    return value


def _parents(context: dict[str, object]) -> tuple[str, ...]:
    """The ids of what this is part of. Core leaves the id out for a parent it does not know; such a one is skipped."""
    field = "context.contextActivities.parent"
    parents = _group(context.get("contextActivities"), "context.contextActivities").get("parent")
    if parents is None:
        return ()
    many = parents if isinstance(parents, list) else [parents]  # xAPI 1.0 allowed one without a list
    if len(many) > MOST_PARENTS:
        raise StatementError(field, f"more than {MOST_PARENTS}")
    ids = [_group(each, field, needed=True).get("id") for each in many]
    return tuple(_iri(each, field) for each in ids if each is not None)


def _response(value: object) -> str | None:
    """What she answered, ready to be stored: without the characters that databases and UTF-8 cannot hold."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise StatementError("result.response", "not a text")
    kept = value[:LONGEST_RESPONSE].replace("\x00", "")
    return kept.encode("utf-8", errors="replace").decode("utf-8")


def _duration(value: object) -> float | None:
    if value is None or (isinstance(value, str) and _BACKWARDS.fullmatch(value)):
        return None
    parts = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise StatementError("result.duration", "not an ISO 8601 duration in weeks, or in days to seconds")
    return sum(float(amount) * _SECONDS[unit] for unit, amount in parts.groupdict().items() if amount)


def _timestamp(value: object) -> dt.datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise StatementError("timestamp", "not a text")
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise StatementError("timestamp", "without a time zone")
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, StatementError):
            raise
        raise StatementError("timestamp", "not an ISO 8601 time") from error
