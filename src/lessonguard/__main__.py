"""Run lessonguard as `python -m lessonguard`."""

from lessonguard.cli.main import main

main()
