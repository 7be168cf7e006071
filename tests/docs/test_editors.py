"""What docs/editors.md promises: Semgrep's language server finds by exported rules what lessons find."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.support.cli import lessonguard
from tests.support.code import BAD, SAFE
from tests.support.pushing import lessons
from tests.support.repo import Repo

_RULES = ".git/lessons.semgrep.yaml"
_BIN = Path(sys.executable).parent

_Message = dict[str, Any]


class LanguageServer:
    """Semgrep's language server on a folder; see the Language Server Protocol 3.17, "Base Protocol"."""

    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [_BIN / "semgrep", "lsp"],
            cwd=folder,
            env={
                **os.environ,  # noqa: TID251 - as an editor passes it on
                "PATH": f"{_BIN}:{os.environ['PATH']}",  # noqa: TID251 - the same
                "SEMGREP_ENABLE_VERSION_CHECK": "0",
                "SEMGREP_SEND_METRICS": "off",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def send(self, method: str, *, answer: int | None = None, **parameters: Any) -> None:  # noqa: ANN401 - JSON
        """Send a request, with the number of its answer, or a notification."""
        message: _Message = {"jsonrpc": "2.0", "method": method, "params": parameters}
        body = json.dumps(message if answer is None else {**message, "id": answer}).encode()
        self._pipe(self._child.stdin).write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._pipe(self._child.stdin).flush()

    def messages(self) -> Iterator[_Message]:
        """Return what the server sends, as it comes."""
        stream = self._pipe(self._child.stdout)
        while header := stream.readline():
            if header.lower().startswith(b"content-length:"):
                while stream.readline().strip():  # other headers
                    pass
                yield json.loads(stream.read(int(header.partition(b":")[2])))

    def close(self) -> None:
        """End it."""
        self._child.kill()
        self._child.communicate()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe
        return pipe


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.commit("Begin", {"old.py": BAD, "app.py": SAFE, **lessons()})
    (repo.path / _RULES).write_text(lessonguard("export", cwd=repo.path).stdout, encoding="utf-8")
    return repo


@pytest.fixture
def server(repo: Repo) -> Iterator[LanguageServer]:
    server = LanguageServer(repo.path)
    yield server
    server.close()


def test_the_language_server_shows_what_a_lesson_finds_in_a_file_that_was_edited(
    repo: Repo, server: LanguageServer
) -> None:
    uri = repo.path.as_uri()
    scan = {"configuration": [_RULES], "onlyGitDirty": True}
    server.send(
        "initialize",
        answer=1,
        processId=None,
        rootUri=uri,
        workspaceFolders=[{"uri": uri, "name": "shop"}],
        capabilities={"workspace": {"workspaceFolders": True}},
        initializationOptions={"metrics": {"enabled": False}, "scan": scan},
    )
    repo.write({"app.py": BAD})
    seen = server.messages()
    next(message for message in seen if message.get("id") == 1)
    server.send("initialized")
    next(message for message in seen if message.get("method") == "semgrep/rulesRefreshed")
    document = {"uri": f"{uri}/app.py", "languageId": "python", "version": 1, "text": BAD}

    server.send("textDocument/didOpen", textDocument=document)
    told = next(message for message in seen if message.get("method") == "textDocument/publishDiagnostics")

    assert told["params"]["uri"] == f"{uri}/app.py"
    [diagnostic] = told["params"]["diagnostics"]
    assert diagnostic["range"]["start"] == {"line": 4, "character": 11}
    assert diagnostic["message"].endswith("(TIMEOUT)")
