"""How well the grader grades: what it detects, whom it accuses wrongly, what it names. `python -m tests.accuracy`."""
