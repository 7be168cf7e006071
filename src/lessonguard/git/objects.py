"""Read objects of a repository through one `git cat-file --batch`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lessonguard.errors import GitError
from lessonguard.git.command import Git, complaint
from lessonguard.process import Conversation
from lessonguard.record import record

_FOUND = re.compile(rb"([0-9a-f]{40,}) ([a-z]+) ([0-9]+)\n")
_AHEAD = 4096
_PIECE = 1 << 20


@record
class Object:
    """One object: its full name, its kind (`blob`, `commit`…), its size in bytes.

    `content` is None if the size exceeds the limit that was asked for.
    """

    name: str
    kind: str
    size: int
    content: bytes | None


class ObjectReader:
    """Answers what object a name stands for, and what it contains.

    Git is started at the first question and stays until `close`. See git-cat-file(1), "Batch
    output", for the conversation.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._conversation: Conversation | None = None

    def read(self, names: Iterable[str], *, limit: int) -> list[Object | None]:
        """Look up each name, in order; None for one that stands for no object, or for several.

        A name is anything in gitrevisions(7) without a line break. Contents of more than `limit`
        bytes are passed over and never held in memory. Raise `GitError` if Git gives up.
        """
        found: list[Object | None] = []
        try:
            for chunk in _chunks(names):
                conversation = self._open()
                conversation.stdin.write(b"".join(chunk))
                conversation.stdin.flush()
                found.extend(self._answer(conversation, limit) for _ in chunk)
        except (EOFError, BrokenPipeError):
            raise GitError(f"Git could not read the repository: {self.close()}.") from None
        except BaseException:  # whoever asks next must not get the rest of this answer
            self.close()
            raise
        return found

    def close(self) -> str:
        """Stop Git, if it runs, and return what it complained of."""
        conversation, self._conversation = self._conversation, None
        return complaint(conversation.close()) if conversation else ""

    def _open(self) -> Conversation:
        if self._conversation is None:
            self._conversation = self._git.converse("cat-file", "--batch")
        return self._conversation

    def _answer(self, conversation: Conversation, limit: int) -> Object | None:
        line = conversation.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        found = _FOUND.fullmatch(line)
        if found is None:
            return None
        size = int(found[3])
        content = self._content(conversation, size, keep=size <= limit)
        return Object(name=found[1].decode(), kind=found[2].decode(), size=size, content=content)

    def _content(self, conversation: Conversation, size: int, *, keep: bool) -> bytes | None:
        content = conversation.stdout.read(size) if keep else b""
        rest = size - len(content) + 1  # a line break ends each answer
        while rest:
            piece = conversation.stdout.read(min(rest, _PIECE))
            if not piece:
                raise EOFError
            rest -= len(piece)
        return content if keep else None


def _chunks(names: Iterable[str]) -> Iterator[list[bytes]]:
    """Group requests so that no group fills a pipe, whose other end may be waiting for us to read."""
    chunk: list[bytes] = []
    size = 0
    for name in names:
        request = name.encode("utf-8", "surrogateescape") + b"\n"
        if chunk and size + len(request) > _AHEAD:
            yield chunk
            chunk, size = [], 0
        chunk.append(request)
        size += len(request)
    if chunk:
        yield chunk
