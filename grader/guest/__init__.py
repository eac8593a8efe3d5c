"""The far side: everything that runs in the process of the code being graded.

Nothing here may import the rest of the grader: only the standard library, numpy and (for native hand-ins) pluggy.
The package is loaded by path under the name `backcheck_guest` in a guest, and as `grader.guest` by the grader itself,
which uses the same adapters on its own reference layers in process.
"""
