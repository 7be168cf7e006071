"""Before the push: what is about to leave, judged by the lessons."""
