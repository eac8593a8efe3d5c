"""backcheck: a grader for neural networks written from scratch in NumPy. See README.md in this folder."""

__version__ = "0.1.0"
