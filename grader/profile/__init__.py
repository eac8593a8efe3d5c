"""A course's own choices (`--profile`): read from a file, looked over, and applied to what is registered."""
