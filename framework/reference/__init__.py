"""The answers: a correct implementation of every component, one per file, written to be read.

Nothing is imported here, so that importing one component loads that component alone.
"""
