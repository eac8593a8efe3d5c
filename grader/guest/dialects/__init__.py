"""One module per dialect: how a student's classes are found, and how they are made to speak the neutral protocol.

A dialect module offers `Dialect(finder, entry_points)` with

    find(kind, component) -> (class, file it came from, remarks)      raises Fault
    unit(kind, component, cls, init) -> an object with the methods that `desk.METHODS[kind]` lists
"""
