"""GitHub's API: read pull requests, and post to them."""
