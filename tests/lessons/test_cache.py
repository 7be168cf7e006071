"""The cache of parsed lessons: damaged, of another form, read-only or written by several at once."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from lessonguard.lessons.cache import read_cache, write_cache
from tests.support.blobs import Blobs, incidents, lesson_text


def _damage(cache: Path, change: Any) -> None:  # noqa: ANN401 - bytes or a function of them
    cache.write_bytes(change(cache.read_bytes()) if callable(change) else change)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(b"", id="emptied"),
        pytest.param(b"\x00\xff" * 100, id="overwritten"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut off"),
        pytest.param(lambda data: data.replace(b"Checkout", b"Checkin."), id="one text changed"),
        pytest.param(lambda data: data.replace(b" lessons ", b" lessons 0", 1), id="another version"),
    ],
)
def test_a_damaged_cache_is_replaced(change: Any, tmp_path: Path) -> None:  # noqa: ANN401 - the same
    cache = tmp_path / "cache"
    blobs = Blobs(one=lesson_text("INC-1"))
    first = blobs.load(cache, a="one")
    whole = cache.read_bytes()
    _damage(cache, change)
    assert blobs.load(cache, a="one") == first
    assert blobs.asked == ["one", "one"]
    assert cache.read_bytes() == whole


def test_a_cache_that_is_no_object_is_as_good_as_empty(tmp_path: Path) -> None:
    write_cache(tmp_path / "cache", [1])  # type: ignore[arg-type]
    assert read_cache(tmp_path / "cache") == {}


def test_a_cache_nested_too_deeply_is_as_good_as_empty(tmp_path: Path) -> None:
    """With the right checksum, so that it is parsed."""
    cache = tmp_path / "cache"
    write_cache(cache, {})
    header, _, body = cache.read_bytes().partition(b"\n")
    deep = b"[" * 200_000 + b"]" * 200_000
    header = header.replace(b"%d" % zlib.crc32(body), b"%d" % zlib.crc32(deep))
    cache.write_bytes(header + b"\n" + deep)

    assert read_cache(cache) == {}


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    blobs = Blobs(one=lesson_text("INC-1"))
    assert incidents(blobs.load(tmp_path / "file" / "cache", a="one")) == ["INC-1"]
    (tmp_path / "cache").mkdir()
    assert incidents(blobs.load(tmp_path / "cache", a="one")) == ["INC-1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "file"]


def test_processes_that_write_at_once_leave_a_whole_cache(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lessonguard.lessons.cache import write_cache\n"
        "for _ in range(50): write_cache(Path(sys.argv[1]), {sys.argv[2]: ['x' * 100_000]})"
    )
    cache = tmp_path / "cache"
    writers = [subprocess.Popen([sys.executable, "-c", code, cache, name]) for name in "abc"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(tuple(read_cache(cache)))
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert seen - {()} <= {("a",), ("b",), ("c",)}
    assert len(read_cache(cache)) == 1
    assert list(tmp_path.iterdir()) == [cache]
