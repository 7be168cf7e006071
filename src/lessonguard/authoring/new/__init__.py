"""Write a new lesson: from answers, a postmortem and a fix."""
