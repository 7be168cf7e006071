"""Check lesson files."""
