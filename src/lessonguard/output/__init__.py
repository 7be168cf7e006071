"""Render a scan report in each format; every function here is pure."""
