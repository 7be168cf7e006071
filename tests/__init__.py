"""Tests of lessonguard."""
