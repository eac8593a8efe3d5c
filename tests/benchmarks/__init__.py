"""How fast the layers are, next to PyTorch, HIPS autograd and the general path: `python -m tests.benchmarks --help`.

Never run as a test: no file here is called test_*.py, and nothing here decides whether the project is correct.
"""
