"""Replay past changes, to see where lessons would have commented."""
