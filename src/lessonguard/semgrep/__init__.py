"""Lessons and file contents in, matches out."""
