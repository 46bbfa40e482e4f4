"""The forms of the steps. Their words are the templates'; here is what is accepted."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField


class PasswordForm(FlaskForm):
    identifier = StringField()
    password = PasswordField()


class ConsentForm(FlaskForm):
    """`shown_to` names the person whose values the page showed."""

    shown_to = HiddenField()
