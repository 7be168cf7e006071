"""A postmortem in Markdown, read for what a lesson can hold."""
