"""The text of a lesson file that is still to be filled in."""
