"""Read objects of a repository through one `git cat-file --batch`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lessonguard.errors import GitError
from lessonguard.git.command import Git, error_text
from lessonguard.process import Conversation
from lessonguard.record import record

# The line before an object's contents. Any other answer means that there is no such object: `missing`,
# `ambiguous`, … See https://git-scm.com/docs/git-cat-file#_batch_output
_FOUND = re.compile(rb"([0-9a-f]{40,}) ([a-z]+) ([0-9]+)\n")

# Bytes of requests to write before their answers are read; more could fill a pipe, see `Conversation`.
_AHEAD = 4096

# Bytes to hold at once of contents that are too large to be wanted: 1 MiB.
_PIECE = 1 << 20


@record
class Object:
    """One object: its full name, its kind (`blob`, `commit`…), its size in bytes.

    `content` is None if the object is larger than the limit that the reader was given.
    """

    name: str
    kind: str
    size: int
    content: bytes | None


class ObjectReader:
    """Answers what object a name stands for, and what it contains.

    Git is started at the first question and runs until `close`.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._conversation: Conversation | None = None

    def read(self, names: Iterable[str], *, limit: int) -> list[Object | None]:
        """Return the object of each name, in order; None for a name that stands for none, or for several.

        A name is anything in gitrevisions(7) without a line break. Contents of more than `limit`
        bytes are passed over and never held in memory. Raise `GitError` if Git gives up.
        """
        found: list[Object | None] = []
        try:
            for chunk in _chunks(names):
                if self._conversation is None:
                    self._conversation = self._git.converse("cat-file", "--batch")
                self._conversation.stdin.write(b"".join(chunk))
                self._conversation.stdin.flush()
                found.extend(_read_answer(self._conversation, limit) for _ in chunk)
        except (EOFError, BrokenPipeError):
            raise GitError(
                f"Cannot read the repository: {error_text(self.close())}.",
                hint="Run `git fsck`: it checks whether the repository is complete and sound.",
            ) from None
        except BaseException:  # the rest of this answer must not become the next one
            self.close()
            raise
        return found

    def close(self) -> bytes:
        """Stop Git, if it runs, and return what it wrote to standard error."""
        conversation, self._conversation = self._conversation, None
        return conversation.close() if conversation else b""


def _read_answer(conversation: Conversation, limit: int) -> Object | None:
    line = conversation.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    found = _FOUND.fullmatch(line)
    if found is None:
        return None
    size = int(found[3])
    content = conversation.stdout.read(size) if size <= limit else None
    rest = size - len(content or b"") + 1  # a line break ends each answer
    while rest:
        piece = conversation.stdout.read(min(rest, _PIECE))
        if not piece:
            raise EOFError
        rest -= len(piece)
    return Object(name=found[1].decode(), kind=found[2].decode(), size=size, content=content)


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
