"""Is the trail as it was written? The worker goes through it, and the page says how far it is."""

from typing import Any

from flask import Blueprint, abort, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from idp import clock
from idp.audit import checkpoints
from idp.directory import operators, trail_checks
from idp.directory.authority import Target, Verb
from idp.models import AuditCheck, CheckState
from idp.web.admin import trail_words as words
from idp.web.admin.visit import Visit, operated, page
from idp.web.current import database
from idp.web.rendering import moment

admin_trail_checks = Blueprint(
    "admin_trail_checks", __name__, url_prefix="/admin/trail/verification"
)


@admin_trail_checks.get("")
@operated(Verb.TRAIL_VERIFY)
def index(visit: Visit) -> ResponseReturnValue:
    visit.mandate.check(Verb.TRAIL_VERIFY, Target())
    checks = [_view(visit, check) for check in trail_checks.latest(visit.session)]
    newest = checkpoints.newest(visit.session)
    return page(
        "trail_checks",
        visit,
        running=next((check for check in checks if check["running"]), None),
        checks=[check for check in checks if not check["running"]],
        checkpoint=newest,
        signed_at=moment(newest.signed_at) if newest else None,
        now=moment(clock.now()),
    )


@admin_trail_checks.post("")
@operated(Verb.TRAIL_VERIFY)
def begin(visit: Visit) -> ResponseReturnValue:
    visit.mandate.check(Verb.TRAIL_VERIFY, Target())
    with database().writing() as session:
        trail_checks.begin(session, actor="operator")
    return redirect(url_for("admin_trail_checks.index"), 303)


@admin_trail_checks.get("/checkpoint")
@operated(Verb.TRAIL_VERIFY)
def checkpoint(visit: Visit) -> ResponseReturnValue:
    """The newest, with the key that verifies it: for `idp audit verify --checkpoint`."""
    visit.mandate.check(Verb.TRAIL_VERIFY, Target())
    newest = checkpoints.newest(visit.session)
    if newest is None:
        abort(404)
    answer = jsonify(checkpoints.exported(newest))
    name = f"checkpoint-{newest.seal_id}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _view(visit: Visit, check: AuditCheck) -> dict[str, Any]:
    found = trail_checks.progress(check)
    operator = operators.of_account(visit.session, check.asked_by) if check.asked_by else None
    return {
        "asked_at": moment(check.asked_at),
        "by": operator.name if operator else None,
        "running": check.state == CheckState.RUNNING,
        "held": check.state == CheckState.HELD,
        "place": found.place,
        "expected": max(check.expected, found.place, 1),
        "events": found.events,
        "seals": found.seals,
        "checkpoints": found.checkpoints,
        "purged": found.purged,
        "purged_until": moment(found.purged_until),
        "broken": found.broken,
        "broken_sealed_at": moment(found.broken.sealed_at) if found.broken else None,
        "why": words.fault(found.broken.fault) if found.broken else None,
    }
