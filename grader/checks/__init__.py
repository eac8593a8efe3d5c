"""Generic checks, one module per subject, chosen for a task by its traits.

Traits in use: `layer`, `loss`, `optimizer` (the kind of unit); `trainable` (has parameters); `random` (no two calls
agree); `sequence` (the first axis is time); `memory` (has `memorize`); `phases` (train and eval differ). The hand-in's
dialect adds `updates_in_backward` (and stores parameters as the exercise does) or `accumulates_gradients`. Cases ask
for `valid_padding` (a convolution can do without padding) or `one_stride` (one number, windows that fit exactly).
"""
