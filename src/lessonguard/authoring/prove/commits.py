"""The files that the fix of an incident changed, before and after, as samples to try a rule on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field, replace
from pathlib import PurePosixPath

from lessonguard.authoring.files import Origin, fetch_hint, is_full
from lessonguard.authoring.prove.result import Side
from lessonguard.authoring.prove.samples import Sample, TestedRule
from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId, FileVersion, short
from lessonguard.git.credentials import access_variables, public_address
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import TemporaryClone, fetch_commits
from lessonguard.lessons.model import Lesson, Proof
from lessonguard.record import record
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector, too_large

# Two commits that differ in more files than this, of those that a rule looks at, are not a fix and the commit
# before it. The test has 510 files.
_MAX_FILES = 500

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@record
class FixFiles:
    """The files that differ between the two commits of a proof, with their contents.

    A content that is too large is its size in bytes. `problem` is why the commits cannot be read, and
    `hint` what to do about it; `note` is why they were not read, if that is no fault.
    """

    proof: Proof
    files: tuple[ChangedFile, ...] = ()
    texts: Mapping[BlobId, bytes | int] = field(default_factory=dict)
    problem: str = ""
    hint: str = ""
    note: str = ""


@record
class _CommitPair:
    """The repository that has both commits."""

    repository: Repository
    broken: CommitId
    fixed: CommitId


class FixReader:
    """Reads the commits of proofs: from here, or from the repository that they name."""

    def __init__(self, origin: Origin, languages: Languages) -> None:
        self._repository = origin.repository
        self._fetch = origin.fetch
        self._languages = languages

    def read(self, lesson: Lesson, rules: Sequence[EngineRule]) -> FixFiles | None:
        """Read the files that the fix changed and that one of these rules looks at.

        None if the lesson names no commits.
        """
        if lesson.proof is None:
            return None
        with ExitStack() as stack:
            pair = self._find(lesson.proof, stack)
            if isinstance(pair, FixFiles):
                return pair
            files = pair.repository.changed_files(pair.broken, pair.fixed)
            selector = Selector(rules, self._languages, folder=lessons_folder(lesson))
            versions = (version for file in files for version in (file.base, file.head) if version)
            wanted = [version.blob for version in versions if selector.wants(version)]
            texts = pair.repository.read_blobs(wanted, limit=MAX_BYTES)
            return FixFiles(proof=lesson.proof, files=files, texts=texts)

    def _find(self, proof: Proof, stack: ExitStack) -> FixFiles | _CommitPair:
        """Find the repository that has both commits, or return why there is none."""
        names = (proof.broken, proof.fixed)
        broken, fixed = (self._resolve(name, offline=proof.repository is not None) for name in names)
        if self._repository and broken and fixed:
            return _CommitPair(repository=self._repository, broken=broken, fixed=fixed)
        if proof.repository:
            return self._find_elsewhere(proof, proof.repository, stack)
        if self._repository is None:
            return FixFiles(proof=proof, note=_not_tried(proof, "this is no Git repository"))
        missing = proof.fixed if broken else proof.broken
        # Both have only a part of the history, on purpose: Git keeps the commits where it ends in `shallow`.
        is_temporary = isinstance(self._repository, TemporaryClone)
        if is_temporary or (self._repository.git_directory / "shallow").is_file():
            why = f"this clone is shallow and does not have {short(missing)}; {fetch_hint(missing)}"
            return FixFiles(proof=proof, note=_not_tried(proof, why))
        problem = f"commit {short(missing)} is not in this repository"
        return FixFiles(proof=proof, problem=problem, hint=fetch_hint(missing))

    def _find_elsewhere(self, proof: Proof, url: str, stack: ExitStack) -> FixFiles | _CommitPair:
        broken, fixed = CommitId(proof.broken), CommitId(proof.fixed)
        if not self._fetch:
            why = f"its commits are in {public_address(url)}; --fetch fetches them"
            return FixFiles(proof=proof, note=_not_tried(proof, why))
        for name in (broken, fixed):
            if not is_full(name):
                problem = f"{name} cannot be fetched: servers need all digits of a commit"
                return FixFiles(proof=proof, problem=problem)
        wanted = {broken: (), fixed: ()}
        try:
            fetched = fetch_commits(url, wanted=wanted, variables=access_variables(url, None))
        except GitError as error:
            return FixFiles(proof=proof, problem=error.message)
        return _CommitPair(repository=stack.enter_context(fetched), broken=broken, fixed=fixed)

    def _resolve(self, name: str, *, offline: bool) -> CommitId | None:
        """Find a commit here; with `offline`, without the fetch that a partial clone would make."""
        if self._repository is None:
            return None
        if offline and is_full(name) and not self._repository.has([CommitId(name)]):
            return None
        try:
            return self._repository.resolve(name)
        except GitError:
            return None


def lessons_folder(lesson: Lesson) -> str | None:
    """Return the folder of a lesson's file. Rules skip the lessons in it: their code is bad on purpose."""
    folder = str(PurePosixPath(lesson.path).parent)
    return None if folder == "." else folder


def _not_tried(proof: Proof, why: str) -> str:
    return f"not tried at {short(proof.broken)} → {short(proof.fixed)}: {why}"


# Samples ---------------------------------------------------------------------------------------


def fix_samples(tested: TestedRule, fix: FixFiles, languages: Languages) -> tuple[Sample, ...]:
    """List the files that the fix changed and the rule looks at: at broken, then at fixed."""
    if fix.note:
        return ()
    if fix.problem:
        return (_cannot(tested, fix, fix.problem, hint=fix.hint),)
    found = tuple(_select(tested, fix, languages))
    if len(found) > 2 * _MAX_FILES:
        between = f"{short(fix.proof.broken)} and {short(fix.proof.fixed)}"
        problem = f"{len(found) // 2} files that the rule looks at differ between {between}"
        hint = 'name as "broken" the commit right before the fix'
        return (_cannot(tested, fix, problem, hint=hint),)
    if not any(sample.side == "broken" for sample in found):
        problem = "the fix changed no file that the rule looks at"
        return (_cannot(tested, fix, problem), *found)
    return found


def _select(tested: TestedRule, fix: FixFiles, languages: Languages) -> Iterator[Sample]:
    selector = Selector([tested.engine_rule], languages, folder=lessons_folder(tested.lesson))
    rows = [(name, languages.named(name)) for name in tested.rule.languages]
    sides: tuple[tuple[Side, str], ...] = (
        ("broken", fix.proof.broken),
        ("fixed", fix.proof.fixed),
    )
    for side, commit in sides:
        for number, file in enumerate(fix.files):
            version = file.base if side == "broken" else file.head
            if version and selector.wants(version):
                made = Sample(
                    side=side,
                    what=f"{version.path} at {short(commit)}",
                    line=fix.proof.line,
                    language=tested.rule.languages[0],
                    analyzers=frozenset(),
                    path=version.path,
                    commit=commit,
                    group=number,
                )
                for sample in _with_content(made, version, fix, selector=selector):
                    # Of several languages that the file is read as, the first of the rule's is shown.
                    read_as = (name for name, row in rows if row and row.id in sample.analyzers)
                    yield replace(sample, language=next(read_as, sample.language))


def _with_content(
    sample: Sample, version: FileVersion, fix: FixFiles, *, selector: Selector
) -> Iterator[Sample]:
    """Return a file with its content if the rule can check it, or with the reason why not."""
    text = fix.texts[version.blob]
    if isinstance(text, int):
        yield replace(sample, problem=too_large(text, MAX_BYTES))
        return
    selection = selector.select([(version, text.removeprefix(_BYTE_ORDER_MARK))])
    for unchecked in selection.unchecked:
        yield replace(sample, problem=unchecked.reason)
    for target in selection.targets:
        yield replace(sample, path=target.path, content=target.content, analyzers=target.analyzers)


def _cannot(tested: TestedRule, fix: FixFiles, problem: str, *, hint: str = "") -> Sample:
    return Sample(
        side="broken",
        what=f"commits {short(fix.proof.broken)} → {short(fix.proof.fixed)}",
        line=fix.proof.line,
        language=tested.rule.languages[0],
        analyzers=frozenset(),
        path="",
        commit=fix.proof.broken,
        problem=problem,
        hint=hint,
    )
