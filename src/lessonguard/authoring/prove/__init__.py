"""Prove lessons: every rule fires on the bad code and is silent on the good."""
