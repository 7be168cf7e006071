"""What a change introduces: the model and the pure comparison of base and head."""
