"""The forms of recovery and emergency."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField

LONGEST_IDENTIFIER = 64
LONGEST_CONTACT = 320
LONGEST_PASSWORD = 1024
LONGEST_TYPED = 32  # of a code


class IdentifierForm(FlaskForm):
    identifier = StringField()


class ContactForm(FlaskForm):
    contact = StringField()


class CodeForm(FlaskForm):
    code = StringField()


class PasskeyForm(FlaskForm):
    """`answer` is the authenticator's, as JSON; the page's script fills it in."""

    answer = HiddenField()


class NewPasswordForm(FlaskForm):
    new_password = PasswordField()
    new_password_again = PasswordField()
