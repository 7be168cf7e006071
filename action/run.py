"""Start lessonguard from the action's own folder: `python -I -S run.py PACKAGES COMMAND…`.

With these options Python finds modules only in its standard library. This script adds the sources beside
it, and PACKAGES, where `action.yml` has installed the packages of `requirements.txt`.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    packages, *sys.argv[1:] = sys.argv[1:]
    sys.path += [str(Path(__file__).resolve().parents[1] / "src"), packages]
    runpy.run_module("lessonguard", run_name="__main__")
