"""Read a postmortem in Markdown for what a lesson can hold."""
