"""The commit that fixed an incident, read for what a lesson can show of it."""
