"""What changed: two trees of a Git repository, file by file and line by line."""
