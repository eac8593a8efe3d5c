"""The same components, fast: what plain NumPy reaches when memory and matrix products are arranged with care.

The general path, one folder up, defines what every component computes and is written to be read. Each file here holds
a subclass of one general component that says in its docstring what it covers; for everything else it calls the
general one. Both pass the same tests (`tests/framework/reference/`), in float64 and float32.

What makes it fast, in the order of what it brings:

1. Memory with the batch innermost. Arrays keep their shape (N, C, H, W) and lie in memory as (C, H, W, N)
   (`_memory.py`), so every shifted copy and every slice of a pooling window moves whole runs of numbers.
2. Matrix products read overlapping windows where they lie, and compute neighbouring outputs at a time (`_strips.py`).
3. What follows a matrix product takes as few passes over memory as possible: `pooling.py`, `conv_block.py`.
4. Inside a network nothing is allocated twice, places in memory are cut once, and all parameters of a layer lie in one
   vector (`neural_network.py`).

Nothing is imported here, so that importing one component loads that component alone.
"""
