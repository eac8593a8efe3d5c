"""Ways to break the RNN of `example_fau`: (id of the mistake, patches), a patch being (old text, new text).

The commonest are in `breakages_core.py`. A variant of a mistake has a note in parentheses behind its id.
"""

from __future__ import annotations

_LISTS = """        self.hidden_inputs = []
        self.hidden_states = []
        self.output_inputs = []
        self.outputs = []

        if self._memorize:"""
_KEPT = """        if not self._memorize:
            self.hidden_inputs = []
            self.hidden_states = []
            self.output_inputs = []
            self.outputs = []

        if self._memorize:"""
_HIDDEN = "hidden = self.tanh.forward(self.hidden_fc.forward(np.hstack([x, hidden])))"
_STEP = f"""            {_HIDDEN}
            y = self.sigmoid.forward(self.output_fc.forward(hidden))
            output[t] = y[0]
"""
_PUT_BACK = """            self.sigmoid.activation = self.outputs[t]
            self.output_fc.input_tensor = self.output_inputs[t]
            self.tanh.activation = self.hidden_states[t]
            self.hidden_fc.input_tensor = self.hidden_inputs[t]
"""
_THROUGH_TANH = "error = self.tanh.backward(error + hidden_error)"
_KEEP = "        self._gradient_weights = gradient_hidden\n"
_BACK = "self._optimizer.calculate_update(self.hidden_fc.weights, gradient_hidden)"

# fmt: off
# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read
BREAKAGES: list[tuple[str, list[tuple[str, str]]]] = [
    ("rnn-memorize-list-grows", [(_LISTS, _KEPT)]),
    ("rnn-memorize-list-grows (hidden states only)", [(_LISTS, _LISTS.replace("self.hidden_states = []", "self.hidden_states = self.hidden_states if self._memorize else []"))]),
    ("rnn-dh-not-added", [(_THROUGH_TANH, "error = self.tanh.backward(error) + hidden_error")]),
    ("rnn-dh-not-added (replaced)", [(_THROUGH_TANH, "error = self.tanh.backward(error if t == time_steps - 1 else hidden_error)")]),
    ("rnn-last-activation-reused", [(_PUT_BACK, "")]),
    ("rnn-last-activation-reused (tanh)", [("            self.tanh.activation = self.hidden_states[t]\n", "")]),
    ("rnn-last-activation-reused (hidden layer)", [("            self.hidden_fc.input_tensor = self.hidden_inputs[t]\n", "")]),
    ("rnn-tanh-derivative-on-preactivation",
        [(_HIDDEN, f"before_tanh = self.hidden_fc.forward(np.hstack([x, hidden]))\n            {_HIDDEN}"), ("self.hidden_states.append(hidden)", "self.hidden_states.append(before_tanh)")]),
    ("rnn-hidden-index-off-by-one", [("self.hidden_inputs.append(self.hidden_fc.input_tensor)", "self.hidden_inputs.append(np.hstack([x, hidden, np.ones((1, 1))]))")]),
    ("rnn-hidden-index-off-by-one (tanh)", [("        for t in range(time_steps):\n            x =", "        self.hidden_states.append(hidden)\n        for t in range(time_steps):\n            x =")]),
    ("rnn-time-order", [("for t in reversed(range(time_steps)):", "for t in range(time_steps):")]),
    ("rnn-gradient-overwritten-not-accumulated (output)", [("gradient_output = gradient_output + self", "gradient_output = self")]),
    ("rnn-gradient-accumulates-over-calls (both)",
        [("        gradient_hidden = np.zeros(self.hidden_fc.weights.shape)\n", "        gradient_hidden = self._gradient_weights if self._gradient_weights is not None else np.zeros(self.hidden_fc.weights.shape)\n"),
         ("        gradient_output = np.zeros(self.output_fc.weights.shape)\n", "        gradient_output = self._gradient_weights_output if self._gradient_weights_output is not None else np.zeros(self.output_fc.weights.shape)\n")]),
    ("rnn-weights-setter-missing", [("def weights(self, weights):\n        self.hidden_fc.weights = weights", "def weights(self, weights):\n        self._weights = weights")]),
    ("rnn-weights-setter-missing (unconnected)",
        [("def weights(self, weights):\n        self.hidden_fc.weights = weights", "def weights(self, weights):\n        self._weights = weights"),
         ("        return self.hidden_fc.weights\n", "        return getattr(self, '_weights', self.hidden_fc.weights)\n")]),
    ("rnn-gradient-weights-shape", [("        return self._gradient_weights\n", "        return self._gradient_weights[:-1]\n")]),
    ("rnn-returns-only-last", [("        self.hidden_state = hidden\n        return output\n", "        self.hidden_state = hidden\n        return output[-1:]\n")]),
    ("rnn-bias-missing-in-concat", [(_HIDDEN, "hidden = self.tanh.forward(self.hidden_fc.forward(np.hstack([x, hidden])) - self.hidden_fc.weights[-1])")]),
    ("rnn-sequence-length-cached (buffer)",
        [("        output = np.zeros((time_steps, self.output_size))\n", "        if not hasattr(self, 'output'):\n            self.output = np.zeros((time_steps, self.output_size))\n        output = self.output\n")]),
    ("rnn-dx-contains-hidden", [("np.zeros((time_steps, self.input_size))", "np.zeros((time_steps, self.input_size + self.hidden_size))"), ("error[0, :self.input_size]", "error[0]")]),
    ("rnn-gradient-clipped", [(_KEEP, "        gradient_hidden = np.clip(gradient_hidden, -5, 5)\n        gradient_output = np.clip(gradient_output, -5, 5)\n" + _KEEP)]),
    ("rnn-gradient-clipped (output)", [(_KEEP, "        gradient_output = np.clip(gradient_output, -5, 5)\n" + _KEEP)]),
    ("rnn-shared-optimizer (output first)",
        [("self._output_optimizer = copy.deepcopy(optimizer)", "self._output_optimizer = self._optimizer"),
         (f"            self.hidden_fc.weights = {_BACK}\n", ""), ("        return previous_error", f"        if self._optimizer is not None:\n            self.hidden_fc.weights = {_BACK}\n        return previous_error")]),
]


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches) of every mistake, a patch being (file, old text, new text)."""
    return [(id, "RNN", [("Layers/RNN.py", old, new) for old, new in changes]) for id, changes in BREAKAGES]
