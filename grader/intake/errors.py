"""The one exception of intake."""


class IntakeError(ValueError):
    """A hand-in that cannot be read; the message is one line that names it and says why."""
