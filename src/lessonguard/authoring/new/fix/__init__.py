"""Read the commit that fixed an incident for what a lesson can show of it."""
