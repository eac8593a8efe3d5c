"""What a student implements: one abstract interface per module, and the hooks to hand it in.

`layer`, `loss`, `optimizer`, `initializer`, `regularizer` and `network` each hold one interface; `hookspecs` says
how a submission names its classes. The answers live in `framework.reference`, which no submission can import.
"""
