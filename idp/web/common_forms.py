"""What more than one door asks for: a code, a passkey, a new password."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField

from idp.factors.one_time_code import DIGITS
from idp.identity.typed_text import is_ascii_digits, without_separators

LONGEST_IDENTIFIER = 64
LONGEST_PASSWORD = 1024
LONGEST_CODE = 32


class CodeForm(FlaskForm):
    code = StringField()

    @property
    def typed(self) -> str:
        return (self.code.data or "")[:LONGEST_CODE]

    @property
    def digits(self) -> str | None:
        """The six digits, however they were grouped; None: something else was typed."""
        digits = without_separators(self.typed)
        return digits if len(digits) == DIGITS and is_ascii_digits(digits) else None


class PasskeyForm(FlaskForm):
    """`answer` is the authenticator's, as JSON; the page's script fills it in."""

    answer = HiddenField()


class NewPasswordForm(FlaskForm):
    new_password = PasswordField()
    new_password_again = PasswordField()
