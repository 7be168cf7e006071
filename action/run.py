"""Start lessonguard from the action's own folder: `python -I -S run.py PACKAGES COMMAND…`.

With these options Python looks for modules only in its standard library, and here in the sources beside
this file and in PACKAGES, where `action.yml` has put what `requirements.txt` locks.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    packages, *sys.argv[1:] = sys.argv[1:]
    sys.path += [str(Path(__file__).resolve().parents[1] / "src"), packages]
    runpy.run_module("lessonguard", run_name="__main__")
