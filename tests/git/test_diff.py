"""Reading what `git diff-tree` prints."""

from __future__ import annotations

import pytest

from lessonguard.git.changes import BlobId, ChangedFile, FileVersion, Hunk
from lessonguard.git.diff import parse_hunks, parse_patch_hunks, parse_raw, parse_raw_blobs

_OLD, _NEW = "a" * 40, "b" * 40
_NONE = "0" * 40


def _file(*hunks: bytes, old: str = _OLD, new: str = _NEW, name: bytes = b"a/0") -> bytes:
    heading = b"diff --git %s b/0\nindex %s..%s 100644\n--- %s\n+++ b/0\n"
    return heading % (name, old.encode(), new.encode(), name) + b"".join(hunks)


def _hunk(*numbers: int) -> Hunk:
    base_start, base_count, head_start, head_count = numbers
    return Hunk(base_start=base_start, base_count=base_count, head_start=head_start, head_count=head_count)


@pytest.mark.parametrize(
    ("patch", "hunk"),
    [
        pytest.param(b"@@ -3 +3 @@\n-old\n+new\n", _hunk(3, 1, 3, 1), id="counts of one are left out"),
        pytest.param(b"@@ -0,0 +1,2 @@\n+a\n+b\n", _hunk(0, 0, 1, 2), id="added at the top"),
        pytest.param(b"@@ -4,2 +3,0 @@\n-a\n-b\n", _hunk(4, 2, 3, 0), id="deleted"),
        pytest.param(b"@@ -1,2 +1,2 @@\n--- a\n--- b\n+++ c\n+++ d\n", _hunk(1, 2, 1, 2), id="like names"),
        pytest.param(b"@@ -1 +1 @@\n-@@ -9 +9 @@\n+diff --git a/x b/x\n", _hunk(1, 1, 1, 1), id="like heads"),
        pytest.param(b"@@ -1 +1 @@\n-a\x0cb\n+a\xe2\x80\xa8b\x0b\x1c\x85\n", _hunk(1, 1, 1, 1), id="breaks"),
        pytest.param(b"@@ -1 +1 @@\n-a\r\r\n+\r\n", _hunk(1, 1, 1, 1), id="carriage returns"),
        pytest.param(b"@@ -1 +1 @@\n-\xff\xfe\0\n+\xc3\n", _hunk(1, 1, 1, 1), id="not text"),
        pytest.param(b"@@ -1 +1 @@ def \xff(): @@ -7 +7 @@\n-a\n+b\n", _hunk(1, 1, 1, 1), id="odd section"),
        pytest.param(
            b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
            _hunk(1, 1, 1, 1),
            id="no newline at the end",
        ),
    ],
)
def test_a_hunk_is_read_whatever_its_lines_hold(patch: bytes, hunk: Hunk) -> None:
    after = b"@@ -100 +100 @@\n-a\n+b\n"

    assert parse_hunks(_file(patch, after)) == {(_OLD, _NEW): (hunk, _hunk(100, 1, 100, 1))}


def test_files_are_identified_by_their_contents_not_their_names() -> None:
    other = "c" * 64
    hunk = b"@@ -1 +1 @@\n-a\n+b\n"
    name = b'"a/\\303\\244 \\t\\"\\n"'

    assert parse_hunks(_file(hunk) + _file(hunk, new=other, name=name)) == {
        (_OLD, _NEW): (_hunk(1, 1, 1, 1),),
        (_OLD, other): (_hunk(1, 1, 1, 1),),
    }


def test_an_empty_patch_has_no_hunks() -> None:
    assert parse_hunks(b"") == {}


def test_a_patch_with_short_names_is_refused() -> None:
    with pytest.raises(ValueError, match="--full-index"):
        parse_hunks(_file(b"@@ -1 +1 @@\n-a\n+b\n", old="abc123"))


def _raw(modes: str, status: str, *paths: bytes) -> bytes:
    base, head = modes.split()
    names = (_NONE if base == "000000" else _OLD, _NONE if head == "000000" else _NEW)
    return b"\0".join([f":{base} {head} {names[0]} {names[1]} {status}".encode(), *paths, b""])


def _version(path: str, blob: str, *, executable: bool = False) -> FileVersion:
    return FileVersion(path=path, blob=BlobId(blob), executable=executable)


_BASE, _HEAD = _version("f", _OLD), _version("f", _NEW)


@pytest.mark.parametrize(
    ("modes", "status", "blobs"),
    [
        ("100644 100755", "M", (_OLD, _NEW)),
        ("000000 100644", "A", (_NEW,)),
        ("100644 000000", "D", (_OLD,)),
        ("120000 100644", "T", (_OLD, _NEW)),
        ("160000 100644", "T", (_NEW,)),
        ("160000 160000", "M", ()),
    ],
)
def test_contents_of_a_listing_are_those_of_files_and_symlinks_of_both_sides(
    modes: str, status: str, blobs: tuple[str, ...]
) -> None:
    assert parse_raw_blobs(_raw(modes, status, b"f") + _raw("000000 100644", "A", b":1 \xff\n")) == (
        *blobs,
        _NEW,
    )


def test_an_empty_listing_has_no_contents() -> None:
    assert parse_raw_blobs(b"") == ()


@pytest.mark.parametrize(
    ("patch", "hunks"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("@@ -3 +3 @@\n-old\n+new", (_hunk(3, 1, 3, 1),), id="counts of one are left out"),
        pytest.param("@@ -0,0 +1,2 @@\n+a\n+b", (_hunk(0, 0, 1, 2),), id="added"),
        pytest.param(
            "@@ -1,4 +1,3 @@ def a():\n a\n-@@ -9 +9 @@\n b\r@@ -8 +8 @@\n c\n@@ -20,2 +19,3 @@\n d\n+@@\n e",
            (_hunk(1, 4, 1, 3), _hunk(20, 2, 19, 3)),
            id="like headers",
        ),
    ],
)
def test_the_hunks_of_a_patch_from_github_are_read_from_their_headings(
    patch: str, hunks: tuple[Hunk, ...]
) -> None:
    assert parse_patch_hunks(patch) == hunks


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        pytest.param(_raw("100644 100644", "M", b"f"), (_BASE, _HEAD), id="modified"),
        pytest.param(_raw("000000 100644", "A", b"f"), (None, _HEAD), id="added"),
        pytest.param(_raw("100644 000000", "D", b"f"), (_BASE, None), id="deleted"),
        pytest.param(_raw("100644 100644", "R87", b"e", b"f"), (_version("e", _OLD), _HEAD), id="renamed"),
        pytest.param(
            _raw("100644 100755", "M", b"f"),
            (_BASE, _version("f", _NEW, executable=True)),
            id="executable",
        ),
        pytest.param(_raw("120000 100644", "T", b"f"), (None, _HEAD), id="a symlink became a file"),
        pytest.param(_raw("100644 120000", "T", b"f"), (_BASE, None), id="a file became a symlink"),
        pytest.param(_raw("160000 100644", "T", b"f"), (None, _HEAD), id="a submodule became a file"),
    ],
)
def test_a_changed_file_has_the_sides_that_are_regular_files(
    listing: bytes, expected: tuple[FileVersion | None, FileVersion | None]
) -> None:
    base, head = expected

    assert parse_raw(listing) == (ChangedFile(base=base, head=head),)


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        _raw("120000 120000", "M", b"f"),
        _raw("160000 160000", "M", b"f"),
        _raw("000000 160000", "A", b"f"),
        _raw("120000 120000", "R100", b"e", b"f"),
        _raw("160000 120000", "T", b"f"),
    ],
)
def test_symlinks_and_submodules_are_no_changed_files(listing: bytes) -> None:
    assert parse_raw(listing) == ()


def test_names_of_any_bytes_survive_and_files_are_sorted() -> None:
    names = [b"\xff", b"b\n\"c\t'", b":100644 x", "ä".encode(), b"a"]

    files = parse_raw(b"".join(_raw("100644 100644", "M", name) for name in names))

    assert [file.path.encode("utf-8", "surrogateescape") for file in files] == [
        b":100644 x",
        b"a",
        b"b\n\"c\t'",
        "ä".encode(),
        b"\xff",
    ]
