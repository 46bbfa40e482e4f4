"""Assembles the pages and the protocol: every Blueprint in one list, every shared part once."""

from contextlib import suppress

import structlog
from flask import Flask, current_app, redirect
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from wtforms.validators import ValidationError

from idp.config import Settings, load
from idp.db import Database
from idp.messages import logs
from idp.oidc.provider import Provider
from idp.web import current, edge, errors, rendering, security, uploads
from idp.web.account.account import account
from idp.web.account.channels import channels
from idp.web.account.close import close
from idp.web.account.data_export import data_export
from idp.web.account.factors import factors
from idp.web.account.passkeys import passkeys
from idp.web.account.password import account_password
from idp.web.account.recovery_codes import recovery_codes
from idp.web.account.sessions import account_sessions
from idp.web.account.totp import totp_enrolment
from idp.web.account.trace import trace
from idp.web.admin.application_acts import admin_application_acts
from idp.web.admin.application_configuration import admin_application_configuration
from idp.web.admin.application_form import admin_application_form
from idp.web.admin.application_logo import admin_application_logo
from idp.web.admin.application_trial import admin_application_trial
from idp.web.admin.applications import admin_applications
from idp.web.admin.dashboard import admin_dashboard
from idp.web.admin.holder_acts import admin_holder_acts
from idp.web.admin.holder_channel import admin_holder_channel
from idp.web.admin.holder_form import admin_holder_form
from idp.web.admin.holder_letter import admin_holder_letter
from idp.web.admin.holders import admin_holders
from idp.web.admin.home import admin
from idp.web.admin.import_acts import admin_import_acts
from idp.web.admin.imports import admin_imports
from idp.web.admin.keys import admin_keys
from idp.web.admin.operator_form import admin_operator_form
from idp.web.admin.operators import admin_operators
from idp.web.admin.trail import admin_trail
from idp.web.admin.trail_checks import admin_trail_checks
from idp.web.api.ins_c import ins_c
from idp.web.api.table import api
from idp.web.cancel import cancel
from idp.web.cookies import names
from idp.web.form_post import FormPost
from idp.web.interaction import dispatcher as dispatching
from idp.web.interaction.activated import activated
from idp.web.interaction.closing import closing
from idp.web.interaction.code import code
from idp.web.interaction.consent import consent
from idp.web.interaction.dispatcher import dispatcher
from idp.web.interaction.new_password import new_password
from idp.web.interaction.passkey import passkey
from idp.web.interaction.password import password
from idp.web.interaction.recovery_code import recovery_code
from idp.web.interaction.second_factor import second_factor
from idp.web.interaction.totp import totp
from idp.web.legal import legal
from idp.web.logos import logos
from idp.web.logout import logout
from idp.web.operations import operations
from idp.web.protocol import protocol
from idp.web.recovery.emergency import emergency
from idp.web.recovery.link import link
from idp.web.recovery.lost import lost
from idp.web.recovery.new_password import recovered_password
from idp.web.recovery.not_me import not_me
from idp.web.recovery.proof import proof
from idp.web.static_files import static_files

log = structlog.get_logger("idp.web")

# What production does without; whoever sets it is told at each start.
LENIENT = (
    "client_assertion_at_token_endpoint",
    "implicit",
    "unsigned_request_uri",
    "registrants_without_pkce",
    "registrants_by_password",
    "fetch_private",
    "fetch_ca_file",
)

BLUEPRINTS = (
    static_files,
    logos,
    operations,
    legal,
    not_me,
    lost,
    link,
    proof,
    recovered_password,
    emergency,
    protocol,
    logout,
    dispatcher,
    password,
    new_password,
    second_factor,
    code,
    totp,
    recovery_code,
    passkey,
    activated,
    closing,
    consent,
    account,
    factors,
    passkeys,
    totp_enrolment,
    recovery_codes,
    account_password,
    channels,
    cancel,
    data_export,
    close,
    account_sessions,
    trace,
    admin,
    admin_applications,
    admin_application_form,
    admin_application_acts,
    admin_application_trial,
    admin_application_logo,
    admin_application_configuration,
    admin_dashboard,
    admin_keys,
    admin_operator_form,
    admin_operators,
    admin_trail,
    admin_trail_checks,
    admin_holders,
    admin_holder_form,
    admin_holder_letter,
    admin_holder_channel,
    admin_holder_acts,
    admin_imports,
    admin_import_acts,
    api,
    ins_c,
)


def assemble(settings: Settings | None = None) -> Flask:
    """The provider as a WSGI application. Raises `config.SettingsError`."""
    settings = settings or load()
    database = Database(settings.effective_database_url, settings.keyring)
    provider = Provider(settings, database)
    logs.configure(settings.log_level)
    for name in LENIENT:
        if getattr(settings, name):
            log.warning("setting.lenient", name=f"IDP_{name.upper()}")
    app = Flask("idp", static_folder=None)
    app.extensions[current.EXTENSION] = current.Parts(provider, form_post := FormPost(app))
    app.before_request(edge.name_route)
    uploads.init_app(app)
    # An address has one form: a redirect to a better one would be made of the Host header.
    app.url_map.merge_slashes = False
    _configure(app, settings)
    for part in (security, rendering, errors, dispatching):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "index", _index)
    app.wsgi_app = edge.wrap(app.wsgi_app, provider, form_post)  # type: ignore[method-assign]
    return app


def _index() -> ResponseReturnValue:
    return redirect("/account", 303)


class _Protection(CSRFProtect):
    """A form that was made under an older MAC key is accepted, as the cookie beside it is."""

    def _get_csrf_token(self) -> str | None:
        token: str | None = super()._get_csrf_token()
        for older in current_app.config["SECRET_KEY_FALLBACKS"]:
            with suppress(ValidationError):
                validate_csrf(token, older)
                return str(generate_csrf())
        return token


def _configure(app: Flask, settings: Settings) -> None:
    macs = settings.keyring.macs
    keys = [macs.derive("flask-session", key_id).hex() for key_id in macs.ids()]
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME=names(settings).form,
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=edge.LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=edge.LONGEST_BODY,
        # The interaction's own time is what counts; a form does not go stale before it.
        WTF_CSRF_TIME_LIMIT=None,
        # The token proves it. The Referer, which some browsers never send, would be compared
        # with the Host that a proxy may have changed.
        WTF_CSRF_SSL_STRICT=False,
    )
    protection = _Protection(app)
    # What comes from another site by its specification carries no token of ours.
    protection.exempt("idp.web.protocol.refused")
    protection.exempt("idp.web.logout.end")
    # Who calls shows a token in a header, which no browser sends by itself.
    protection.exempt(api)
    protection.exempt(ins_c)
