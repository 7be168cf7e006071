"""The pipeline: from lessons and a change to a report of what the change introduces."""
