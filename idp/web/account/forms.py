"""The forms of the holder's space."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField

from idp.web.common_forms import NewPasswordForm, PasskeyForm


class NewPasskeyForm(PasskeyForm):
    name = StringField()


class PasskeyNameForm(FlaskForm):
    name = StringField()


class ChangePasswordForm(NewPasswordForm):
    present_password = PasswordField()


class ChannelForm(FlaskForm):
    value = StringField()
