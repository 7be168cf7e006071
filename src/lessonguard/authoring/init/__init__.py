"""Set up lessonguard in a repository."""
