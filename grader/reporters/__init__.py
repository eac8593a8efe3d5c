"""Writes reports; one module per format. All of them read `Report` and nothing else."""
