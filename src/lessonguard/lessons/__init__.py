"""Lesson files, and the library that they form."""
