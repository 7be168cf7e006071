"""Run lessonguard, as a command or as `python -m lessonguard`."""

from __future__ import annotations

import gc

# A run is over before cyclic garbage matters, and looking for it costs a tenth of a short one.
gc.disable()

from lessonguard.cli.main import main  # noqa: E402 - what is loaded from here on makes no pause for garbage

if __name__ == "__main__":
    main()
