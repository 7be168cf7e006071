"""Values of YAML as JSON: what each scalar becomes."""

from __future__ import annotations

import pytest

from lessonguard.lessons.parse import read_tree
from lessonguard.lessons.yaml_tree import Entries, json_value, text_value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("1_000", 1000),
        ("0x1F", 31),
        ("-3", -3),
        ("2.5", 2.5),
        ("0777", "0777"),
        ("1:30", "1:30"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("yes", True),
        ("off", False),
        ("~", None),
        ("2026-05-14", "2026-05-14"),
        ('"12"', "12"),
        ("[1, [x]]", [1, ["x"]]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
    ],
)
def test_a_value_becomes_json_or_stays_as_it_is_written(written: str, value: object) -> None:
    root = read_tree(f"key: {written}".encode())

    assert root is not None
    assert json_value(root) == {"key": value}


def test_a_value_as_text_is_what_is_written() -> None:
    root = read_tree(b"a: 0x1F\nb: [yes, 1_000]")

    assert isinstance(root, Entries)
    assert text_value(root) == {"a": "0x1F", "b": ["yes", "1_000"]}
    assert root.get("c") is None
