"""Follow-ups that are past due, and validations that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.mistakes import check_mistake, read_mistakes
from tests.support.repo import Repo


@pytest.mark.parametrize(("files", "expected"), list(read_mistakes("followups")))
def test_a_mistake_in_a_follow_up_is_reported_at_its_key(
    files: Mapping[str, bytes], expected: list[str], tmp_path: Path
) -> None:
    check_mistake(Repo(tmp_path / "shop"), files, expected)
