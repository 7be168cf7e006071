"""Run lessonguard, as a command or as `python -m lessonguard`."""

from __future__ import annotations

import gc

# A run is over before cyclic garbage matters, and collecting it takes a tenth of the time of a short one.
gc.disable()

from lessonguard.cli.main import main  # noqa: E402 - loaded without pauses for garbage

if __name__ == "__main__":
    main()
