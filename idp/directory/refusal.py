"""The one shape in which a verb says no."""


class Refusal(Exception):
    """A verb was not done; each of `problems` is a sentence for an operator.

    No sentence repeats a value that identifies a person.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
