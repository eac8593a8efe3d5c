"""What it costs to grade a class, and what it survives. See `__main__.py`."""
