"""Accept comments for incidents that no lesson is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.mistakes import check_mistake, read_mistakes
from tests.support.repo import Repo


@pytest.mark.parametrize(("files", "expected"), list(read_mistakes("accepts")))
def test_a_mistake_in_an_accept_comment_is_reported_where_it_is(
    files: Mapping[str, bytes], expected: list[str], tmp_path: Path
) -> None:
    check_mistake(Repo(tmp_path / "shop"), files, expected)
