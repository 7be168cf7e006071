"""Prove lessons: every rule matches the bad code, and nothing in the good."""
