"""What is timed. Every module here has functions that set something up and return a callable without arguments.

Work is named `module:function`, and is set up in a process of its own (`worker.py`), so a peer that is not installed
costs its own rows and no others.
"""
