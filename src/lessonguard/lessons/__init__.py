"""What we know: lesson files and the library they form."""
