"""The forms of the steps. Their words are the templates'; here is what is accepted."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField

LONGEST_IDENTIFIER = 64
LONGEST_PASSWORD = 1024
LONGEST_TYPED = 32  # of a code


class PasswordForm(FlaskForm):
    identifier = StringField()
    password = PasswordField()


class NewPasswordForm(FlaskForm):
    new_password = PasswordField()
    new_password_again = PasswordField()


class CodeForm(FlaskForm):
    code = StringField()


class PasskeyForm(FlaskForm):
    """`answer` is the authenticator's, as JSON; the page's script fills it in."""

    answer = HiddenField()


class ConsentForm(FlaskForm):
    """`shown_to` names the person whose values the page showed."""

    shown_to = HiddenField()
