"""Records behave as frozen, keyword-only dataclasses do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, field, fields, replace
from functools import cached_property

import pytest

from lessonguard.record import record


@record
class Point:
    """A point with a default and a factory."""

    x: int
    y: int = 2
    tags: tuple[str, ...] = field(default_factory=tuple, metadata={"doc": "Words."})

    @cached_property
    def total(self) -> int:
        return self.x + self.y


@record(order=True)
class Version:
    """Something that has an order."""

    major: int
    minor: int


@record(eq=False)
class Thing:
    """Something that is only itself."""

    name: str


def test_fields_are_passed_by_keyword_and_have_defaults() -> None:
    point = Point(x=1)

    assert (point.x, point.y, point.tags, point.total) == (1, 2, (), 3)
    with pytest.raises(TypeError):
        Point(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(z=1)  # type: ignore[call-arg]


def test_nothing_can_be_assigned_or_deleted() -> None:
    point = Point(x=1)

    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    assert point == Point(x=1)


def test_records_are_equal_and_hash_alike_by_class_and_fields() -> None:
    assert Point(x=1) == Point(x=1, y=2)
    assert Point(x=1) != Point(x=2)
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2
    assert Point(x=1) != Thing(name="x")  # type: ignore[comparison-overlap]


def test_order_is_that_of_the_fields() -> None:
    versions = [Version(major=2, minor=0), Version(major=1, minor=9), Version(major=1, minor=10)]

    assert [version.minor for version in sorted(versions)] == [9, 10, 0]
    assert len(set(versions)) == 3


def test_without_eq_two_are_equal_only_if_they_are_one() -> None:
    thing = Thing(name="x")

    assert thing == thing  # noqa: PLR0124 - that is the point
    assert thing != Thing(name="x")
    assert len({thing, Thing(name="x")}) == 2


def test_a_record_is_shown_as_it_is_made() -> None:
    assert repr(Point(x=1, tags=("a",))) == "Point(x=1, y=2, tags=('a',))"


def test_what_dataclasses_offers_works() -> None:
    assert replace(Point(x=1), x=5).x == 5
    assert [each.name for each in fields(Point)] == ["x", "y", "tags"]
    assert fields(Point)[2].metadata == {"doc": "Words."}
