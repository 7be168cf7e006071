"""Run the command at a terminal, and answer what it asks."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType

from tests.support.cli import LESSONGUARD

_PATIENCE = 30.0

# What has coverage.py measure a child; no other children are measured, see `tests/conftest.py`.
_MEASURED = {
    name: value
    for name, value in os.environ.items()  # noqa: TID251 - read before the tests clear it
    if name == "COVERAGE_PROCESS_CONFIG"
}

_PROGRESS = re.compile(r"(?:\r\x1b\[K[^\r\n]+)+\r\x1b\[K")
"""What a slow machine shows: a line that is written again and again, and is gone in the end."""


class Terminal:
    """A run of `lessonguard` with a pseudo-terminal for input and output, 80 columns wide.

    Its coverage is measured, because nothing else runs what asks at a terminal; not if it is to be
    interrupted (`is_measured`): coverage.py may then wait for a lock of its own for ever.

    Use it in a `with`: at its end the command has ended, or is ended. `text` is all that was shown so far.
    """

    def __init__(self, *argv: str, cwd: Path, is_measured: bool = True, **variables: str) -> None:
        """Start the command."""
        self._master, slave = pty.openpty()
        self.text = ""
        self._read = 0
        inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}  # noqa: TID251
        self._child = subprocess.Popen(
            [LESSONGUARD, *argv],
            cwd=cwd,
            env={
                **inherited,
                **(_MEASURED if is_measured else {}),
                "COLUMNS": "80",
                "TERM": "dumb",
                "INPUTRC": os.devnull,
                **variables,
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - a single thread, and ^C needs a controlling terminal
        )
        os.close(slave)

    def __enter__(self) -> Terminal:  # noqa: PYI034 - `Self` is not in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        os.close(self._master)

    def expect(self, words: str) -> None:
        """Wait until the command has shown these words, behind those that were expected before."""
        deadline = monotonic() + _PATIENCE
        while words not in self.text[self._read :]:
            assert self._more(deadline - monotonic()), f"waiting for {words!r}:\n{self.text}"
        self._read = self.text.index(words, self._read) + len(words)

    def answer(self, question: str, keys: str) -> None:
        """Wait for a question, then type an answer and press Enter."""
        self.expect(question)
        self.expect("> ")
        self.type(f"{keys}\n")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def press_until_end(self, keys: str) -> int:
        """Press keys until the command ends, and give its exit code.

        Python overlooks ^C if it comes in the moment before it waits for a line, until the next key.
        """
        for _ in range(int(_PATIENCE)):
            with suppress(OSError):  # it has ended
                self.type(keys)
            while self._more(1.0):
                pass
            if self._child.poll() is not None:
                break
        return self._child.wait(timeout=_PATIENCE)

    def end(self) -> int:
        """Wait until the command ends, and give its exit code; `text` is then without progress."""
        deadline = monotonic() + _PATIENCE
        while self._more(deadline - monotonic()):
            pass
        self.text = _PROGRESS.sub("", self.text)
        return self._child.wait(timeout=_PATIENCE)

    def _more(self, seconds: float) -> bool:
        """Read what is shown next; tell whether there was anything."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        try:
            piece = os.read(self._master, 4096) if ready else b""
        except OSError:  # on Linux, the end of a terminal whose other side has gone
            return False
        self.text += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)


def _take_terminal() -> None:
    import fcntl  # noqa: PLC0415 - in the child
    import termios  # noqa: PLC0415 - in the child

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
