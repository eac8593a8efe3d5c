"""One module per dialect: how a student's classes are found, and how they are made to speak the neutral protocol.

A dialect module offers `DECLARED`, a `declaration.Declaration` (how its hand-ins look, what is asked of them), which is
all that the rest of the grader knows of it: adding a dialect is adding a file here. And `Dialect(finder, entry_points)`
with

    find(kind, component) -> (class, file it came from, remarks)      raises Fault
    unit(kind, component, cls, init) -> an object with the methods that `desk.METHODS[kind]` lists
"""
