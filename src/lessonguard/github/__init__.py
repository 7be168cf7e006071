"""GitHub: what it knows of a pull request, and how to say something there."""
