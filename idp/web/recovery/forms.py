"""The forms of recovery and emergency."""

from flask_wtf import FlaskForm
from wtforms import StringField

from idp.web.common_forms import CodeForm

LONGEST_CONTACT = 320


class IdentifierForm(FlaskForm):
    identifier = StringField()


class ContactForm(FlaskForm):
    contact = StringField()


class TotpForm(CodeForm):
    """On one page with the next; each field has an id of its own."""

    code = StringField(id="totp")


class RecoveryCodeForm(CodeForm):
    code = StringField(id="recovery")
