"""Where the parts of a lesson are in its file."""

from __future__ import annotations

import pytest

from lessonguard.authoring.prove.locations import Locations, scalars

_TEXT = b"""\
incident: INC-1
rules:
  - languages: [python, go]
    paths:
      include: [src/]
"""


def _locations(text: bytes = _TEXT) -> Locations:
    return Locations(lambda _: text)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), (1, 1)),
        (("incident",), (1, 11)),
        (("rules", 0, "languages", 1), (3, 25)),
        (("rules", 0, "paths", "exclude", 3), (5, 7)),
        (("rules", 7), (3, 3)),
    ],
)
def test_a_value_is_where_it_starts_or_else_the_nearest_above_it(
    steps: tuple[str | int, ...], expected: tuple[int, int]
) -> None:
    assert _locations().value("x.yaml", *steps) == expected


def test_a_key_is_where_it_starts_or_else_the_nearest_value_above_it() -> None:
    assert _locations().key("x.yaml", "rules", 0, "paths") == (4, 5)
    assert _locations().key("x.yaml", "rules", 0, "fix") == (3, 5)


def test_a_file_that_is_not_yaml_or_cannot_be_read_starts_at_its_first_character() -> None:
    def fail(_: str) -> bytes:
        raise FileNotFoundError

    assert _locations(b"[").value("x.yaml", "rules") == (1, 1)
    assert Locations(fail).key("x.yaml", "rules") == (1, 1)


def test_single_values_come_in_the_order_of_the_file_with_the_key_above_them() -> None:
    found = [(key, value.text) for key, value in scalars(_locations().root("x.yaml"))]

    assert found == [("incident", "INC-1"), ("languages", "python"), ("languages", "go"), ("include", "src/")]
