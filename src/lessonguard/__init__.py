"""lessonguard: turn the lessons of past incidents into checks on every change."""
