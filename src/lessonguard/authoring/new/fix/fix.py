"""Read the commit that fixed an incident: what it says, and its code before and after as examples."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lessonguard.authoring.new.draft import Draft, FixCommit, Pair, Statement
from lessonguard.authoring.new.fix.changed_code import (
    ChangedPlace,
    Excerpt,
    SourceFile,
    find_changed_places,
    main_language,
    read_changed_code,
)
from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId, short
from lessonguard.git.past_changes import author_day, parse_commit
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import IncidentId
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target

# An author reads and edits every example, so there are at most 3.
_MAX_EXAMPLES = 3

# Every place adds its blocks, twice each, to the one Semgrep run that tries which of them it can parse;
# in a large commit only the 12 best places take part.
_MAX_PLACES_TRIED = 12

_PARENT = re.compile(rb"^parent ([0-9a-f]{40,64})$", re.MULTILINE)

# GitHub ends the subject of a squash merge with ` (#12)`, and GitLab names merge requests `!12`.
_PULL_REQUEST = re.compile(r"\s*\([#!]\d+\)$")

# PHP outside of `<?php` is text, see https://www.php.net/manual/en/language.basic-syntax.phptags.php.
_OPENING_TAGS = {"php": "<?php\n"}

# Semgrep parses a file whatever a rule finds, so any rule shows whether code can be parsed.
_PARSE_ONLY = {"id": "probe", "message": "probe", "severity": "INFO", "pattern-regex": "probe"}
_PARSE_PROBLEMS = frozenset({"parse", "partial-parse"})


def read_fix(
    repository: Repository, revision: str, *, incident: IncidentId, semgrep: Semgrep, folder: str
) -> Draft:
    """Read what a commit tells about the incident that it fixed.

    A merge is compared with its first parent. The examples are of one language, the one with the most
    changed lines, and at most three: the function around a change if that is small, or else the whole
    files at the two commits. Lessons, in `folder`, are left out, and so are tests and documents. Raise
    `GitError` if the commit or its parent is not in the repository.
    """
    commit = repository.resolve(revision)
    [content] = repository.history().read_commits([commit])
    parent = _parent(repository, commit, content)
    title = _PULL_REQUEST.sub("", parse_commit(content, commit=commit, base=parent or commit).title)
    day = author_day(content).isoformat()
    origin = f"commit {short(commit)}"
    statements = [
        Statement(key="title", text=title, origin=f"the subject of {origin}", is_guess=True),
        Statement(key="date", text=day, origin=f"the author date of {origin}", is_guess=True),
    ]
    if parent is None:
        fix = FixCommit(fixed=commit, broken=None, paths=(), pairs=(), left_out=("it is the first commit",))
        return Draft(incident=incident, statements=tuple(statements), fix=fix)
    changed = read_changed_code(repository, parent, commit, languages=semgrep.languages, folder=folder)
    language = main_language(changed.files)
    if language:
        statements.append(Statement(key="language", text=language, origin=f"the files of {origin}"))
    pairs, left_out = _choose_pairs(changed.files, language, commits=(parent, commit), semgrep=semgrep)
    fix = FixCommit(
        fixed=commit,
        broken=parent,
        paths=changed.paths,
        pairs=tuple(pairs),
        left_out=(*left_out, *changed.left_out),
    )
    return Draft(incident=incident, statements=tuple(statements), fix=fix)


def _parent(repository: Repository, commit: CommitId, content: bytes) -> CommitId | None:
    found = _PARENT.search(content.partition(b"\n\n")[0])
    if found is None:
        return None
    parent = CommitId(found[1].decode())
    if not repository.has([parent]):
        raise GitError(
            f"Cannot read what {short(commit)} changed: this clone does not have the commit before it.",
            hint="Fetch the whole history: `git fetch --unshallow`.",
        )
    return parent


def _choose_pairs(
    files: Sequence[SourceFile], language: str, *, commits: tuple[CommitId, CommitId], semgrep: Semgrep
) -> tuple[list[Pair], list[str]]:
    """Choose the best places as examples; return them, and in words what is left out.

    `commits` are those before and after the fix. The example is the code itself if Semgrep can parse it
    without the rest of its file; otherwise it is the whole file at the two commits.
    """
    places = sorted(
        (place for file in files if file.language == language for place in find_changed_places(file)),
        key=lambda place: -place.weight,
    )
    chosen = _choose_excerpts(places[:_MAX_PLACES_TRIED], semgrep)
    pairs = [_pair(excerpt, commits, is_parsable=is_parsable) for excerpt, is_parsable in chosen]
    more = Counter(
        place.file.after_path for place in places if not any(_shows(excerpt, place) for excerpt, _ in chosen)
    )
    left_out = []
    for file in files:
        path = file.after_path
        if file.language != language:
            left_out.append(
                f"{path}: it is {file.language}, and all examples of a rule have the rule's language"
            )
        elif count := more[path]:
            left_out.append(f"{path}: {count} more place{'s' * (count > 1)}")
        elif not find_changed_places(file):
            left_out.append(f"{path}: only comments, imports, blank lines or new code")
    return pairs, left_out


def _choose_excerpts(places: Sequence[ChangedPlace], semgrep: Semgrep) -> list[tuple[Excerpt, bool]]:
    """Choose at most three excerpts, and return with each whether Semgrep can parse it alone."""
    chosen: list[tuple[Excerpt, bool]] = []
    parsable = _parsable([block for place in places for block in place.blocks], semgrep)
    for place in places:
        block = next((block for block in place.blocks if block in parsable), None)
        whole_files = {excerpt.file.after_path for excerpt, is_parsable in chosen if not is_parsable}
        is_shown = any(_shows(excerpt, place) for excerpt, _ in chosen)
        # The example of a place that cannot stand alone is its whole file, so one of a file is enough.
        is_useful = block is not None or place.file.after_path not in whole_files
        if len(chosen) < _MAX_EXAMPLES and not is_shown and is_useful:
            chosen.append((block or place.lines, block is not None))
    return chosen


def _shows(excerpt: Excerpt, place: ChangedPlace) -> bool:
    is_same = excerpt.file.after_path == place.file.after_path
    return is_same and place.changed.start < excerpt.after.stop and excerpt.after.start < place.changed.stop


def _parsable(excerpts: Sequence[Excerpt], semgrep: Semgrep) -> list[Excerpt]:
    """List the excerpts whose two sides Semgrep can parse; all where it does not know the language."""
    if not excerpts:
        return []
    language = excerpts[0].file.language
    # Only the language's own analyzer: a rule for JavaScript looks at TypeScript, too.
    analyzers = frozenset(row.id for row in semgrep.languages.rows if language in row.keys)
    codes = [(each.file, code) for each in excerpts for code in (each.bad, each.good)]
    targets = [
        Target(key=key, path=file.after_path, content=_opened(file, code).encode(), analyzers=analyzers)
        for key, (file, code) in enumerate(codes)
    ]
    rule = EngineRule(
        id="probe", analyzers=analyzers, document=_PARSE_ONLY | {"languages": sorted(analyzers)}
    )
    # With the prefilter, Semgrep would not even parse code that lacks the words of the rule.
    result = semgrep.run([rule], targets, limits=Limits(prefilter=False))
    failed = {item.target for item in result.unchecked if item.kind in _PARSE_PROBLEMS}
    return [each for index, each in enumerate(excerpts) if failed.isdisjoint({2 * index, 2 * index + 1})]


def _opened(file: SourceFile, code: str) -> str:
    """Return code with the tag that its language needs at its beginning, if it needs one and has none."""
    tag = _OPENING_TAGS.get(file.language, "")
    return code if tag.strip() in code else tag + code


def _pair(excerpt: Excerpt, commits: tuple[CommitId, CommitId], *, is_parsable: bool) -> Pair:
    file, lines = excerpt.file, excerpt.after
    paths = file.before_path, file.after_path
    before, after = (f"{path}@{short(commit)}" for path, commit in zip(paths, commits, strict=True))
    where = f"line {lines.start}" if len(lines) == 1 else f"lines {lines.start} to {lines.stop - 1}"
    return Pair(
        place=f"{file.after_path}, {where}",
        path=file.after_path,
        bad=_opened(file, excerpt.bad) if is_parsable else excerpt.bad,
        good=_opened(file, excerpt.good) if is_parsable else excerpt.good,
        files=None if is_parsable else (before, after),
    )
