"""Authoring: write a lesson, check it, prove it, and try it on the past."""
