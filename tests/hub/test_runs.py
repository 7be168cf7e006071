"""The loopback GitHub serves Git, sends events and starts runs as GitHub does."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.hub.hosted import Hosted
from tests.support.hub.model import Token
from tests.support.hub.pull import Pull
from tests.support.hub.server import Hub
from tests.support.hub.store import plain_environment
from tests.support.openapi import Json, load_description
from tests.support.repo import Repo


@dataclass(frozen=True, kw_only=True)
class Scene:
    hub: Hub
    repo: Repo
    shop: Hosted
    pull: Pull


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Give a hub with a pull request whose branch is in a fork: only its number leads to it."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Start", {"pay.py": "x = 1\n", "logo.bin": _incompressible(100_000)})
    repo.branch("feature").commit("Change", {"pay.py": "x = 2\n"})
    head = repo.head
    repo.switch("main").git("branch", "--quiet", "-D", "feature")
    with Hub(tmp_path) as hub:
        shop = hub.repository("acme/shop", repo.path)
        pull = shop.pull(7, head=head, fork="mallory/shop")
        yield Scene(hub=hub, repo=repo, shop=shop, pull=pull)


def _incompressible(size: int) -> bytes:
    return b"".join(sha256(b"%d" % number).digest() for number in range(size // 32))


def _fetch(scene: Scene, *argv: str, path: str = "acme/shop", token: Token | str | None = None) -> str:
    """Fetch into a new repository, with a token as `actions/checkout` sends it; give Git's complaint."""
    clone = Repo(scene.hub.folder / f"clone{len(scene.hub.git)}")
    value = token.value if isinstance(token, Token) else token
    credentials = base64.b64encode(f"x-access-token:{value}".encode()).decode()
    header = ["-c", f"http.extraHeader=Authorization: Basic {credentials}"] if value else []
    result = subprocess.run(
        [
            "git",
            "-c",
            "credential.helper=",
            *header,
            "fetch",
            "--quiet",
            f"{scene.hub.server_url}/{path}",
            *argv,
        ],
        cwd=clone.path,
        env=plain_environment(GIT_TERMINAL_PROMPT="0"),
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stderr if result.returncode else ""


def _refusal(scene: Scene, *, path: str = "acme/shop", token: Token | str | None = None) -> int:
    """Fetch in vain, and give the status that Git was answered with."""
    assert _fetch(scene, "main", path=path, token=token)
    return scene.hub.git[-1].status


@pytest.mark.parametrize("path", ["acme/shop", "acme/shop.git"])
def test_commits_are_fetched_by_name_without_their_contents(scene: Scene, path: str) -> None:
    assert not _fetch(scene, "--depth=1", "--filter=blob:none", scene.pull.head, path=path)
    small = scene.hub.git_bytes

    assert not _fetch(scene, "refs/pull/7/head", "refs/pull/7/merge", path=path)

    assert any(scene.pull.head.encode() in call.asked for call in scene.hub.git)
    assert 0 < small < 2_000
    assert scene.hub.git_bytes > 100_000
    assert {(call.repository, call.status, call.login) for call in scene.hub.git} == {
        ("acme/shop", 200, None)
    }
    assert not scene.hub.calls


def test_other_servers_hand_out_less(scene: Scene) -> None:
    tree = scene.repo.git("rev-parse", "main^{tree}")
    assert not _fetch(scene, "--filter=blob:none", tree)
    assert scene.hub.git_bytes < 2_000

    scene.shop.hands_out_any = scene.shop.offers_filter = False

    assert _fetch(scene, tree)
    assert not _fetch(scene, "--filter=blob:none", "main")
    assert scene.hub.git_bytes > 100_000


def test_what_is_private_is_fetched_with_a_token_only(scene: Scene) -> None:
    scene.shop.is_private = True

    assert _refusal(scene) == 401
    assert _refusal(scene, token="wrong") == 401
    assert _refusal(scene, token=scene.hub.token(contents="none")) == 404
    assert not _fetch(scene, "main", token=scene.hub.token())
    assert {call.status for call in scene.hub.git} == {200, 401, 404}
    assert scene.hub.git[-1].login == "github-actions[bot]"


def test_nobody_learns_which_repositories_there_are(scene: Scene) -> None:
    assert _refusal(scene, path="acme/nothing") == 401
    assert _refusal(scene, path="acme/nothing", token=scene.hub.token()) == 404


def test_faults_strike_git_too(scene: Scene) -> None:
    scene.hub.fail("GET", "/info/refs$", 502)
    assert "502" in _fetch(scene, "main")

    scene.hub.drop("GET", "/info/refs$")
    assert _fetch(scene, "main")
    assert [call.status for call in scene.hub.git] == [502, 0]


def _payloads(scene: Scene) -> dict[str, Json]:
    events, main, head = scene.shop.events, scene.repo.head, scene.pull.head
    return {
        "pull-request-synchronize": events.pull_request(scene.pull),
        "pull-request-opened": events.pull_request(scene.pull, "opened"),
        "pull-request-reopened": events.pull_request(scene.pull, "reopened"),
        "pull-request-ready-for-review": events.pull_request(scene.pull, "ready_for_review"),
        "merge-group-checks-requested": events.merge_group(base=main, head=head),
        "push": events.push(before=main, after=head),
        "workflow-dispatch": events.workflow_dispatch(),
        "workflow-run-completed": events.workflow_run(scene.pull),
    }


def test_payloads_are_as_github_describes_them(scene: Scene) -> None:
    description = load_description()
    if not description:
        pytest.skip("no payload of any test is checked: GitHub's description is not here; see `make test`")

    faults = {name: description.check_event(name, payload) for name, payload in _payloads(scene).items()}
    branches = [
        scene.shop.events.push(before=None, after=scene.pull.head, branch="new"),
        scene.shop.events.push(before=scene.pull.head, after=None, branch="gone"),
    ]

    assert not any(faults.values()), faults
    assert [description.check_event("push", branch) for branch in branches] == [[], []]
    assert description.check_event("push", {**branches[0], "after": None}) != []


def test_the_base_of_a_payload_is_stale(scene: Scene) -> None:
    opened = scene.repo.head
    scene.repo.commit("Meanwhile", {"other.py": "x\n"})

    payload = scene.shop.events.pull_request(scene.pull)

    assert payload["pull_request"]["base"]["sha"] == opened
    assert payload["pull_request"]["head"]["sha"] == scene.pull.head
    assert payload["pull_request"]["head"]["repo"]["full_name"] == "mallory/shop"


@pytest.mark.parametrize(
    ("event", "ref", "branches"),
    [
        ("pull_request", "refs/pull/7/merge", ("feature", "main")),
        ("pull_request_target", "refs/heads/main", ("feature", "main")),
        ("push", "refs/heads/main", ("", "")),
        ("workflow_dispatch", "refs/heads/main", ("", "")),
        ("workflow_run", "refs/heads/main", ("", "")),
    ],
)
def test_a_run_has_the_variables_of_its_event(
    scene: Scene, event: str, ref: str, branches: tuple[str, str]
) -> None:
    [payload] = [
        payload for name, payload in _payloads(scene).items() if name.replace("-", "_").startswith(event[:12])
    ][:1]

    run = scene.hub.runner(event, payload, token=scene.hub.token())

    assert (run["GITHUB_REF"], run["GITHUB_HEAD_REF"], run["GITHUB_BASE_REF"]) == (ref, *branches)
    assert json.loads(Path(run["GITHUB_EVENT_PATH"]).read_bytes()) == payload
    assert run["GITHUB_REPOSITORY"] == "acme/shop"
    assert run["GITHUB_TOKEN"].startswith("ghs_")
    assert scene.repo.git("cat-file", "-t", run["GITHUB_SHA"]) == "commit"
    assert Path(run["RUNNER_TEMP"]).is_dir()


def test_a_merge_group_names_no_branches(scene: Scene) -> None:
    base, head = scene.repo.head, scene.pull.head

    run = scene.hub.runner("merge_group", scene.shop.events.merge_group(base=base, head=head))

    assert run["GITHUB_REF"] == f"refs/heads/gh-readonly-queue/main/pr-7-{base}"
    assert (run["GITHUB_SHA"], run["GITHUB_BASE_REF"]) == (head, "")
    assert "GITHUB_TOKEN" not in run


def test_addresses_are_those_of_either_kind_of_github(scene: Scene) -> None:
    payload = scene.shop.events.workflow_dispatch()
    names = ("GITHUB_SERVER_URL", "GITHUB_API_URL", "GITHUB_GRAPHQL_URL")

    here = scene.hub.runner("workflow_dispatch", payload)
    enterprise = scene.hub.runner("workflow_dispatch", payload, is_enterprise=True)

    root = scene.hub.server_url
    assert [here[name] for name in names] == [root, root, f"{root}/graphql"]
    assert [enterprise[name] for name in names] == [root, f"{root}/api/v3", f"{root}/api/graphql"]
    assert here["GITHUB_OUTPUT"] != enterprise["GITHUB_OUTPUT"]


def test_outputs_are_read_as_the_runner_reads_them(scene: Scene) -> None:
    run = scene.hub.runner("workflow_dispatch", scene.shop.events.workflow_dispatch())
    text = "count=3\nreport<<end\none=1\n\ntwo<<x\nend\nempty=\nurl=https://x/?a=b<<c\n"
    Path(run["GITHUB_OUTPUT"]).write_text(text, encoding="utf-8")
    Path(run["GITHUB_STEP_SUMMARY"]).write_text("# Seen\n", encoding="utf-8")

    assert run.outputs == {
        "count": "3",
        "report": "one=1\n\ntwo<<x",
        "empty": "",
        "url": "https://x/?a=b<<c",
    }
    assert run.summary == "# Seen\n"


@pytest.mark.parametrize("text", ["no value\n", "report<<end\nnever ends\n"])
def test_outputs_that_the_runner_refuses_are_refused(scene: Scene, text: str) -> None:
    run = scene.hub.runner("workflow_dispatch", scene.shop.events.workflow_dispatch())
    Path(run["GITHUB_OUTPUT"]).write_text(text, encoding="utf-8")

    with pytest.raises(AssertionError, match="GITHUB_OUTPUT"):
        assert run.outputs
