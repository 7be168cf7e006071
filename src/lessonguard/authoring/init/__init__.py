"""Begin with lessonguard in a repository."""
