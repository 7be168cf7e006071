"""The commits of an incident, and the files that its fix touched, wherever they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import field
from pathlib import PurePosixPath

from lessonguard.authoring.files import Origin, fetch_hint, is_full
from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId, short
from lessonguard.git.credentials import access_variables, public_address
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import TemporaryClone, fetch_commits
from lessonguard.lessons.model import Lesson, Proof
from lessonguard.record import record
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector


@record
class Incident:
    """The files that differ between the two commits of a proof, with their contents.

    Contents that are too large are given as their sizes. `problem` says why the commits cannot be
    looked at and `hint` what to do about it; `note` says why they were not, where that is no fault.
    """

    proof: Proof
    files: tuple[ChangedFile, ...] = ()
    texts: Mapping[BlobId, bytes | int] = field(default_factory=dict)
    problem: str = ""
    hint: str = ""
    note: str = ""


@record
class _Place:
    """Where both commits are."""

    repository: Repository
    broken: CommitId
    fixed: CommitId


class Incidents:
    """Finds the commits of incidents: here, or in the repository that they name."""

    def __init__(self, origin: Origin, languages: Languages) -> None:
        self._repository = origin.repository
        self._fetch = origin.fetch
        self._languages = languages

    def read(self, lesson: Lesson, rules: Sequence[EngineRule]) -> Incident | None:
        """Read what the fix touched, as far as one of these rules may look at it.

        None if the lesson names no commits.
        """
        if lesson.proof is None:
            return None
        with ExitStack() as stack:
            place = self._find(lesson.proof, stack)
            return place if isinstance(place, Incident) else self._read(place, lesson, rules)

    def _read(self, place: _Place, lesson: Lesson, rules: Sequence[EngineRule]) -> Incident:
        assert lesson.proof is not None  # noqa: S101 - as `read` has seen
        files = place.repository.changed_files(place.broken, place.fixed)
        selector = Selector(rules, self._languages, folder=lessons_folder(lesson))
        versions = (version for file in files for version in (file.base, file.head) if version)
        wanted = [version.blob for version in versions if selector.wants(version)]
        texts = place.repository.read_blobs(wanted, limit=MAX_BYTES)
        return Incident(proof=lesson.proof, files=files, texts=texts)

    def _find(self, proof: Proof, stack: ExitStack) -> Incident | _Place:
        """Find the repository that has both commits, or say why there is none."""
        names = (proof.broken, proof.fixed)
        broken, fixed = (self._resolve(name, offline=proof.repository is not None) for name in names)
        if self._repository and broken and fixed:
            return _Place(repository=self._repository, broken=broken, fixed=fixed)
        if proof.repository:
            return self._find_elsewhere(proof, proof.repository, stack)
        if self._repository is None:
            return Incident(proof=proof, note=_not_tried(proof, "this is no Git repository"))
        missing = proof.fixed if broken else proof.broken
        if _is_cut(self._repository):
            why = f"this clone is shallow and does not have {short(missing)}; {fetch_hint(missing)}"
            return Incident(proof=proof, note=_not_tried(proof, why))
        problem = f"commit {short(missing)} is not in this repository"
        return Incident(proof=proof, problem=problem, hint=fetch_hint(missing))

    def _find_elsewhere(self, proof: Proof, url: str, stack: ExitStack) -> Incident | _Place:
        broken, fixed = CommitId(proof.broken), CommitId(proof.fixed)
        if not self._fetch:
            why = f"its commits are in {public_address(url)}; --fetch fetches them"
            return Incident(proof=proof, note=_not_tried(proof, why))
        for name in (broken, fixed):
            if not is_full(name):
                problem = f"{name} cannot be fetched: servers know commits by all of their digits"
                return Incident(proof=proof, problem=problem)
        wanted = {broken: (), fixed: ()}
        try:
            fetched = fetch_commits(url, wanted=wanted, variables=access_variables(url, None))
        except GitError as error:
            return Incident(proof=proof, problem=error.message)
        return _Place(repository=stack.enter_context(fetched), broken=broken, fixed=fixed)

    def _resolve(self, name: str, *, offline: bool) -> CommitId | None:
        """Find a commit here; `offline` in a partial clone as well, which could fetch what it lacks."""
        if self._repository is None:
            return None
        if offline and is_full(name) and not self._repository.has([CommitId(name)]):
            return None
        try:
            return self._repository.resolve(name)
        except GitError:
            return None


def lessons_folder(lesson: Lesson) -> str | None:
    """Give the folder of a lesson's file, in which nothing is looked at: it is bad on purpose."""
    folder = str(PurePosixPath(lesson.path).parent)
    return None if folder == "." else folder


def _not_tried(proof: Proof, why: str) -> str:
    return f"not tried at {short(proof.broken)} → {short(proof.fixed)}: {why}"


def _is_cut(repository: Repository) -> bool:
    """Tell whether this is only a part of the history on purpose."""
    return isinstance(repository, TemporaryClone) or (repository.git_directory / "shallow").is_file()
