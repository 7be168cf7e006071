"""Turn a scan report into text; every function here is pure."""
