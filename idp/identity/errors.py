"""The one shape of refusal in this package."""


class InvalidValue(ValueError):
    """A typed value that cannot be read.

    `reason` is a short machine code, stable, for the caller to put into words. The refused value
    itself is never part of the message: it may identify a person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
