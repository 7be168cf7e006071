"""Write the text of a new lesson file."""
