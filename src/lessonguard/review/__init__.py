"""Delivery: what was found goes where the change is discussed."""
