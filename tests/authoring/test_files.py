"""Files that examples name are read, and new files written as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.files import create_file, fetch_hint, is_full, split_reference


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("pay.py", ("pay.py", "")),
        ("pay.py@4f1c2d9", ("pay.py", "4f1c2d9")),
        ("a@b.py", ("a@b.py", "")),
        ("pay.py@main", ("pay.py@main", "")),
        ("a b@c@0123456", ("a b@c", "0123456")),
    ],
)
def test_a_reference_is_a_path_and_perhaps_a_commit(reference: str, expected: tuple[str, str]) -> None:
    assert split_reference(reference) == expected


def test_only_a_full_commit_can_be_fetched_by_its_name() -> None:
    assert is_full("a" * 40)
    assert is_full("a" * 64)
    assert not is_full("a" * 39)
    assert fetch_hint("a" * 40) == f"fetch it: `git fetch origin {'a' * 40}`"
    assert "all of its digits" in fetch_hint("a" * 7)


def test_a_file_is_created_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    create_file(tmp_path / "a" / "b.yaml", b"text")

    assert (tmp_path / "a" / "b.yaml").read_bytes() == b"text"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.yaml"]


def test_no_file_is_written_over_another_or_over_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "link").symlink_to("nowhere")

    for name in ("there", "link"):
        with pytest.raises(FileExistsError):
            create_file(tmp_path / name, b"new")
    assert (tmp_path / "there").read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()
