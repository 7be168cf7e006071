"""Run lessonguard as `python -m lessonguard`."""

from __future__ import annotations

from lessonguard.cli.main import main

main()
