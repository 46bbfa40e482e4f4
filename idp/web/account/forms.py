"""The forms of the holder's space."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField


class NewPasskeyForm(FlaskForm):
    """`answer` is the authenticator's, as JSON; the page's script fills it in."""

    name = StringField()
    answer = HiddenField()


class PasskeyNameForm(FlaskForm):
    name = StringField()


class CodeForm(FlaskForm):
    code = StringField()
