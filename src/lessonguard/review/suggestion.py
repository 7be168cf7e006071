"""Turn the fix of a rule into a suggestion that GitHub can apply, if nothing is lost by that.

A rule's fix replaces what was matched; a suggestion replaces whole lines.
"""

from __future__ import annotations

import re

from lessonguard.output.escape import visible
from lessonguard.scan.finding import Finding

_MOST_LINES = 40
_LONGEST = 4_000  # characters

# U+FFFD is what stands for bytes that are not UTF-8; the others are letters and marks that show as nothing.
_UNSEEN = re.compile(
    "[\N{REPLACEMENT CHARACTER}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def suggestion(finding: Finding) -> list[str] | None:
    """Return the lines to write in place of the matched ones, or None if they cannot be offered.

    They can if the matched lines are known as a whole, and if all that one would accept with
    a click can be seen: no control, bidirectional or invisible character, nothing undecodable
    and no HTML comment, which would have to be broken up. Nor is an empty one offered.
    """
    lines, fix = finding.lines, finding.fix
    if fix is None or not _is_whole(finding):
        return None
    text = lines[0].text[: finding.start.column - 1] + fix + lines[-1].text[finding.end.column - 1 :]
    wanted = text.split("\n")
    is_offered = text.strip() and len(wanted) <= _MOST_LINES and len(text) <= _LONGEST and _is_plain(text)
    return wanted if is_offered else None


def _is_whole(finding: Finding) -> bool:
    """Return whether `lines` hold all that was matched: many are cut, and a match may end in a line break."""
    lines, start, end = finding.lines, finding.start, finding.end
    if [line.number for line in lines] != list(range(start.line, end.line + 1)):
        return False
    return start.column - 1 <= len(lines[0].text) and end.column - 1 <= len(lines[-1].text)


def _is_plain(text: str) -> bool:
    code = text.replace("\n", "").replace("\t", "")
    return code == visible(code) and not _UNSEEN.search(code) and "<!--" not in code
