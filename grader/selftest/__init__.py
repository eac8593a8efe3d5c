"""`--selftest`: what the checks of everything that is installed notice, and whom they accuse wrongly.

References, bundled examples and fair variants have to pass; every misconception has to fail a check of its tier. The
fair variants are patches of the examples, so nothing here is for students: the student kit leaves this folder out.
"""
