"""The password that replaces the letter's. It is kept with the interaction until the channel is
confirmed: who leaves half-way can begin again with the letter."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from idp.crypto import b64decode
from idp.directory import own_words
from idp.factors import initial_password, password_rules
from idp.factors.hashing import Hasher, normalise
from idp.factors.password_rules import Rule
from idp.models import Account, Interaction
from idp.web import new_password_words as words
from idp.web.common_forms import LONGEST_PASSWORD, NewPasswordForm
from idp.web.current import database, settings
from idp.web.interaction.journey import Journey, proceed, step
from idp.web.refusals import Said, tell
from idp.web.rendering import client_view

new_password = Blueprint("new_password", __name__, url_prefix="/interaction/<handle>")


@new_password.get("/new-password")
@step("new_password")
def show(journey: Journey) -> ResponseReturnValue:
    return _page(journey, NewPasswordForm(), None, [])


@new_password.post("/new-password")
@step("new_password")
def submit(journey: Journey) -> ResponseReturnValue:
    form = NewPasswordForm()
    chosen = form.new_password.data or ""
    rules = _rules(journey, chosen)
    problems = words.refusals(rules)
    if not problems and normalise(chosen) != normalise(form.new_password_again.data or ""):
        problems = [words.differ()]
    if problems:
        return _page(journey, form, rules, problems), 400
    hashed = Hasher(settings()).hash(chosen)
    with database().writing() as session:
        interaction = session.get_one(Interaction, journey.interaction.id)
        activation = dict(interaction.activation or {})
        interaction.activation = activation | {"stage": "code", "password_hash": hashed}
    return proceed(journey)


@new_password.post("/new-password/check")
@step("new_password")
def check(journey: Journey) -> ResponseReturnValue:
    """What the page asks while somebody types."""
    return jsonify(rules=words.shown(_rules(journey, NewPasswordForm().new_password.data or "")))


@new_password.get("/new-password/check")
@step("new_password")
def reload(journey: Journey) -> ResponseReturnValue:
    return proceed(journey)


def _rules(journey: Journey, chosen: str) -> list[Rule]:
    with database().reading() as session:
        own = own_words.of(session.get_one(Account, journey.interaction.account_id))
    rules = password_rules.check(chosen[:LONGEST_PASSWORD], own, settings())
    return [*rules, Rule("initial", not _is_the_letters(journey, chosen))]


def _is_the_letters(journey: Journey, chosen: str) -> bool:
    """Whether it is the very password that has to be replaced."""
    account_id, activation = journey.interaction.account_id, journey.interaction.activation
    assert account_id is not None
    assert activation is not None
    kept = b64decode(activation["fingerprint"])
    return initial_password.is_the_one_of(database().keyring, account_id, kept, chosen)


def _page(
    journey: Journey, form: NewPasswordForm, rules: list[Rule] | None, problems: list[Said]
) -> str:
    with database().reading() as session:
        account = session.get_one(Account, journey.interaction.account_id)
        kinds = [channel.kind for channel in account.channels]
    return render_template(
        "steps/new_password.html",
        client=client_view(journey.client),
        form=form,
        errors=tell(form, problems),
        action=journey.url("new_password.submit"),
        check_url=journey.url("new_password.check"),
        min_length=settings().password_minimum,
        next_channel=kinds[0] if len(kinds) == 1 else None,
        rules=words.shown(rules) if rules else None,
        activation=True,
    )
