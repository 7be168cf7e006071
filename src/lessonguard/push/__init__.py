"""Check what is pushed before it leaves, and install the hook that does so."""
