"""Pull requests on a GitHub of our own, and the programs that work on them as in a workflow."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import join

from bench.contenders import QUIET
from bench.measure import Contender, Traffic
from tests.support.hub.pull import Pull
from tests.support.hub.run import Run
from tests.support.hub.server import Hub

REVIEW = "lessonguard review"
REVIEW_CHECKOUT = "lessonguard review, in a checkout"
AGAIN = "lessonguard review, again"
CHECKOUT = "git fetch and checkout"
SEMGREP = "… and semgrep scan --baseline-commit"

_SCRIPTS = Path(sysconfig.get_path("scripts"))
_REPOSITORY = "acme/shop"
_ALL = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")


class Host:
    """A repository on a loopback server, and pull requests in it from branches to main."""

    def __init__(self, hub: Hub, repository: Path) -> None:
        """Serve the repository."""
        # Whether requests are as they must be is for the tests; here it would take others' time.
        hub.state.description = None
        self._hub = hub
        self._hosted = hub.repository(_REPOSITORY, repository)
        self._token = hub.token()
        self._url = f"{hub.server_url}/{_REPOSITORY}"

    def pull(self, branch: str) -> Pull:
        """Open a pull request."""
        head = self._hosted.store.git("rev-parse", branch)
        return self._hosted.pull(len(self._hosted.pulls) + 1, head=head, branch=branch)

    @contextmanager
    def late(self, seconds: float) -> Iterator[None]:
        """Let every answer, to Git and to others, come so much later, as over a network."""
        for method in ("GET", "POST"):
            self._hub.slow(method, "", seconds, times=sys.maxsize)
        yield
        self._hub.state.faults.clear()

    def review(self, pull: Pull) -> Contender:
        """Review, with no checkout, a pull request on which nothing was said before."""
        return self._review(pull, name=REVIEW)

    def review_checked_out(self, pull: Pull) -> Contender:
        """Do the same in a checkout that has all commits."""
        folder = self._workspace(pull)
        subprocess.run(["sh", "-ec", self._check_out(pull)], cwd=folder, check=True)
        return replace(self._review(pull, name=REVIEW_CHECKOUT), directory=folder)

    def review_again(self, pull: Pull) -> Contender:
        """Review a pull request that was reviewed at the same head: by the run that warms up."""
        return replace(self._review(pull, name=AGAIN), before=self._forget)

    def checkout(self, pull: Pull) -> Contender:
        """Get the code and all history as actions/checkout does with `fetch-depth: 0`."""
        return self._checkout(pull, name=CHECKOUT)

    def semgrep(self, pull: Pull, *, rules: Path) -> Contender:
        """Do so, then scan for what is new by the public command."""
        question = ("scan", "--config", str(rules), "--json", "--exclude", "lessons", *QUIET)
        command = join((str(_SCRIPTS / "semgrep"), *question))
        scan = f'{command} --baseline-commit "$(git merge-base origin/main HEAD)"\n'
        return self._checkout(pull, name=SEMGREP, then=scan)

    def _review(self, pull: Pull, *, name: str) -> Contender:
        def before() -> None:
            for said in (pull.comments, pull.reviews, pull.threads):
                said.clear()
            self._forget()

        run = self._run(pull)
        return Contender(
            name=name,
            argv=(str(_SCRIPTS / "lessonguard"), "review"),
            directory=Path(run["GITHUB_WORKSPACE"]),
            variables=run,
            before=before,
            report=Path(run["RUNNER_TEMP"], "lessonguard/report.json"),
            traffic=self._traffic,
        )

    def _checkout(self, pull: Pull, *, name: str, then: str = "") -> Contender:
        folder = self._workspace(pull)

        def before() -> None:
            shutil.rmtree(folder)
            folder.mkdir()
            self._forget()

        return Contender(
            name=name,
            argv=("sh", "-ec", self._check_out(pull) + then),
            directory=folder,
            before=before,
            exits=frozenset({0}),
            traffic=self._traffic,
        )

    def _check_out(self, pull: Pull) -> str:
        """Write the commands of actions/checkout, without settings that make no difference here."""
        merge = f"refs/remotes/pull/{pull.number}/merge"
        fetch = ("git", "fetch", "--quiet", "--prune", "--no-recurse-submodules", "origin")
        commands = (
            ("git", "init", "--quiet"),
            ("git", "remote", "add", "origin", self._url),
            (*fetch, *_ALL, f"+{pull.merge_commit}:{merge}"),
            ("git", "checkout", "--quiet", "--force", merge),
        )
        return "".join(f"{join(command)}\n" for command in commands)

    def _workspace(self, pull: Pull) -> Path:
        return Path(self._run(pull)["GITHUB_WORKSPACE"])

    def _run(self, pull: Pull) -> Run:
        payload = self._hosted.events.pull_request(pull)
        return self._hub.runner("pull_request", payload, token=self._token)

    def _forget(self) -> None:
        self._hub.calls.clear()
        self._hub.git.clear()

    def _traffic(self) -> Traffic:
        hub = self._hub
        return Traffic(
            fetched=hub.git_bytes, answers=len(hub.git), calls=len(hub.calls), writes=len(hub.writes)
        )
