"""Lessons as JSON values, and back; exact in both directions.

The keys are those of a lesson file, and `path` and `line`. What has its default value is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import Lesson


def encode_lesson(lesson: Lesson) -> dict[str, Any]:
    """Return a lesson as JSON values."""
    return cast("dict[str, Any]", _encode(lesson))


def decode_lesson(value: Mapping[str, Any]) -> Lesson:
    """Return the lesson that JSON values stand for.

    Raise `KeyError`, `TypeError`, `ValueError` or `AttributeError` if they are not those of a lesson.
    """
    return cast("Lesson", _decoder(Lesson)(value))


def encode_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic as JSON values."""
    return cast("dict[str, Any]", _encode(diagnostic))


def decode_diagnostic(value: Mapping[str, Any]) -> Diagnostic:
    """Return the diagnostic that JSON values stand for; raise as `decode_lesson` does."""
    return cast("Diagnostic", _decoder(Diagnostic)(value))


def encode_fields(value: Any, *, without: str = "") -> dict[str, Any]:  # noqa: ANN401 - any record
    """Return the fields of a record as JSON values, but for defaults and the field called `without`."""
    return {
        field.name.replace("_", "-"): _encode(item)
        for field in fields(value)
        if field.name != without
        and ((item := getattr(value, field.name)) != field.default or field.default is MISSING)
    }


def decode_fields(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record of this kind that JSON values stand for; raises as `decode_lesson`."""
    return _field_decoder(kind)(value)


def read_instant(text: str) -> datetime:
    """Return a date and time with its UTC offset, which may be `Z`; raise `ValueError` if there is none."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # Python 3.10 does not know Z


def _encode(value: Any) -> Any:  # noqa: ANN401 - any part of a lesson
    if is_dataclass(value):
        return encode_fields(value)
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple():
            return [_encode(item) for item in value]
        case _:
            return value


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - any annotation
    """Find once for every type how its values are made, so that a thousand lessons load quickly."""
    hint = getattr(hint, "__supertype__", hint)
    arguments = get_args(hint)
    origin = get_origin(hint)
    if origin is tuple:
        decode = _decoder(arguments[0])
        return tuple if decode is _as_it_is else lambda values: tuple(map(decode, values))
    if type(None) in arguments:
        decode = _decoder(next(each for each in arguments if each is not type(None)))
        return decode if decode is _as_it_is else lambda value: None if value is None else decode(value)
    if is_dataclass(hint):
        kind: Any = hint
        decode_all = _field_decoder(kind)
        return lambda value: kind(**decode_all(value))
    if origin in (Literal, Mapping):
        return _as_it_is
    if issubclass(hint, Enum):
        return cast("type[Enum]", hint)
    return {datetime: read_instant, date: date.fromisoformat}.get(hint, _as_it_is)


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    return value


def _field_decoder(kind: Any) -> Callable[[Mapping[str, Any]], dict[str, Any]]:  # noqa: ANN401 - as above
    hints = get_type_hints(kind)
    plan = {field.name.replace("_", "-"): (field.name, _decoder(hints[field.name])) for field in fields(kind)}
    return lambda value: {plan[key][0]: plan[key][1](item) for key, item in value.items()}
