"""The forms of the holder's space."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField

LONGEST_PASSWORD = 1024
LONGEST_TYPED = 32  # of a code


class NewPasskeyForm(FlaskForm):
    """`answer` is the authenticator's, as JSON; the page's script fills it in."""

    name = StringField()
    answer = HiddenField()


class PasskeyNameForm(FlaskForm):
    name = StringField()


class CodeForm(FlaskForm):
    code = StringField()


class ChangePasswordForm(FlaskForm):
    present_password = PasswordField()
    new_password = PasswordField()
    new_password_again = PasswordField()


class ChannelForm(FlaskForm):
    value = StringField()
