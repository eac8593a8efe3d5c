"""How jobs are run; one module per way."""
