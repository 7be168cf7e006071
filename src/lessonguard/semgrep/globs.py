"""Which paths a rule's `paths` let through: globs, as Semgrep's engine reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from lessonguard.record import record

_TOKEN = re.compile(
    r"""(?P<slash>/+)
      | (?P<folders>\*\*)
      | (?P<star>\*)
      | (?P<question>\?)
      | \[(?P<negation>[\^!]?)(?P<opening>\[?)(?P<members>[^\]]*)\]
      | \\(?P<escaped>.)
      | (?P<plain>[^\[\\])""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(r"(.)-(.)|(.)", re.DOTALL)

# What a glob is translated to was compared with Semgrep's engine on half a million pairs of globs and paths.
_BEGIN = r"(?<![^/])(?=[^/])"  # a segment, not an empty one, begins here
_END = r"(?:(?<![^/])|(?![^/]))"  # a segment ends here, so that what follows is in a folder that matches
_ANY = "[^/]*"
_FOLDERS = r"(?s:.*/)?"


@record
class PathFilter:
    """The `paths` of a rule, compiled; None lets every path through."""

    include: re.Pattern[str] | None
    exclude: re.Pattern[str] | None

    def admits(self, path: str) -> bool:
        """Return whether a rule looks at `path`; `exclude` wins over `include`."""
        if self.exclude is not None and self.exclude.search(path):
            return False
        return self.include is None or self.include.search(path) is not None


def visible_path(path: str) -> str:
    """Return the path as globs see it: what is not UTF-8 in a file name becomes U+FFFD.

    Semgrep's globs match no path that is not UTF-8, which would hide the file.
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def path_filter(rule: Mapping[str, Any]) -> PathFilter:
    """Compile the `paths` of a rule document.

    If Semgrep cannot read them, everything is let through: Semgrep is to see the rule, and
    to refuse it in its own words.
    """
    paths = rule.get("paths")
    try:
        return PathFilter(include=_compile(paths, "include"), exclude=_compile(paths, "exclude"))
    except ValueError:
        return PathFilter(include=None, exclude=None)


def glob_filter(globs: tuple[str, ...]) -> PathFilter:
    """Compile globs to a filter that admits what any of them matches, for instance those of a watch.

    A glob that Semgrep could not read matches nothing.
    """
    return PathFilter(include=_any_of(tuple(glob for glob in globs if not glob_fault(glob))), exclude=None)


def _compile(paths: object, key: str) -> re.Pattern[str] | None:
    globs = paths.get(key) if isinstance(paths, Mapping) else None
    if not globs:
        return None
    if not isinstance(globs, list | tuple) or not all(isinstance(glob, str) for glob in globs):
        raise ValueError(f"`{key}` is not a list of globs.")
    return _any_of(tuple(globs))


@cache
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{translate_glob(glob)})" for glob in globs) or "(?!)")


def glob_fault(glob: str) -> str:
    """Return why Semgrep cannot read a glob, in a sentence; an empty text if it can."""
    try:
        translate_glob(glob)
    except ValueError as error:
        return str(error)
    return ""


def translate_glob(glob: str) -> str:
    r"""Translate a glob to a regular expression to search a path with, as Semgrep's engine does.

    A path matches if it, or a folder it is in, matches. Only a leading `/` (or `./`) anchors a glob
    to the top; a trailing `/` asks for a folder. `*` and `?` stay within a segment and match
    leading dots; `**` spans segments where it is a whole one and is a `*` elsewhere; `[a-z]`, `[!a]`,
    `[^a]` and `\` work as in Git; braces are plain text. Raise `ValueError` for a glob that
    the engine cannot read.
    """
    segments = _split(glob)
    anchored = len(segments) > 1 and segments[0] in ([], [r"\."])
    if anchored:
        del segments[0]
    if anchored and segments == [[]]:
        return r"(?!)"  # `/` alone matches nothing
    text = r"\A" if anchored else ""
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment == ["**"]:
            text += "" if is_last else _FOLDERS
        elif segment:
            parts = [_ANY if part == "**" else part for part in segment]
            text += _BEGIN + "".join(parts) + ("" if is_last else "/+")
    return text + _END


def _split(glob: str) -> list[list[str]]:
    """Cut a glob into segments, each a list of regular expressions for its parts."""
    segments: list[list[str]] = [[]]
    position = 0
    while position < len(glob):
        token = _TOKEN.match(glob, position)
        if token is None:
            raise ValueError(f"Semgrep cannot read the glob {glob!r} from character {position + 1} on.")
        if token["slash"]:
            segments.append([])
        else:
            segments[-1].append(_translate_token(token))
        position = token.end()
    return segments


def _translate_token(token: re.Match[str]) -> str:
    if token["folders"]:
        return "**"
    if token["star"]:
        return _ANY
    if token["question"]:
        return "[^/]"
    if token["members"] is not None:
        return _translate_class(token)
    return re.escape(token["escaped"] or token["plain"])


def _translate_class(token: re.Match[str]) -> str:
    members = [re.escape(token["opening"])] if token["opening"] else []
    for low, high, single in _MEMBER.findall(token["members"]):
        if low > high:
            raise ValueError(f"Semgrep cannot read {token[0]!r}: the range is the wrong way round.")
        members.append(re.escape(single) if single else f"{re.escape(low)}-{re.escape(high)}")
    if not members:
        raise ValueError(f"Semgrep cannot read {token[0]!r}: it is empty.")
    return f"[{'^' if token['negation'] else ''}{''.join(members)}]"
