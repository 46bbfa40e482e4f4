"""What is wrong with a form: in the summary above it, and beside each field that it is about."""

from collections.abc import Sequence

from flask_wtf import FlaskForm

Said = tuple[str | None, str, str]


def tell(form: FlaskForm, problems: Sequence[Said]) -> list[Said]:
    """`problems` are (field, title, why), the field None for what is about none. The summary's
    lines: what is wrong with a field is explained beside it, and only there."""
    for field, title, why in problems:
        if field is not None:
            form[field].errors = [why or title]
    return [
        (form[field].id, title, "") if field else (None, title, why)
        for field, title, why in problems
    ]


def tell_of_code(form: FlaskForm, problems: Sequence[Said]) -> list[Said]:
    """The same; a code that was refused does not stand there to be sent again."""
    if problems:
        form["code"].data = None
    return tell(form, problems)
