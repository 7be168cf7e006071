"""Globs that cannot be read or match no file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.mistakes import check_mistake, read_mistakes
from tests.support.repo import Repo


@pytest.mark.parametrize(("files", "expected"), list(read_mistakes("paths")))
def test_a_mistake_in_paths_is_reported_at_the_glob(
    files: Mapping[str, bytes], expected: list[str], tmp_path: Path
) -> None:
    check_mistake(Repo(tmp_path / "shop"), files, expected)
