"""Try the lessons that a change adds or edits, for whoever reviews it."""
