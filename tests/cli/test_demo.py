"""`lessonguard demo` as a newcomer runs it."""

from __future__ import annotations

from pathlib import Path

from tests.support.cli import lessonguard


def test_it_shows_a_removed_protection_a_repetition_and_a_move(tmp_path: Path) -> None:
    outcome = lessonguard("demo", "--keep", str(tmp_path / "shop"), cwd=tmp_path)

    assert "shop/profiles.py:23:20\n  this change removes the protection of this line" in outcome.stdout
    assert "shop/sessions.py:23:20\n  this change adds code like" in outcome.stdout
    assert "shop/cart_cache.py:23:20  openai-2023-03-redis-cancel moved from shop/carts.py" in outcome.stdout
    lessonguard("scan", "--base", "main", "--head", "add-sessions", cwd=tmp_path / "shop")


def test_it_leaves_nothing_behind_and_overwrites_nothing(tmp_path: Path) -> None:
    lessonguard("demo", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert list(tmp_path.iterdir()) == []

    outcome = lessonguard("demo", "--keep", str(tmp_path), cwd=tmp_path, expect=2)
    assert "exists already" in outcome.stderr
