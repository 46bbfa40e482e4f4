"""What must hold of every answer, whatever was asked."""

import re
from collections.abc import Iterator

from tests.browser_client import ISSUER
from tests.fuzz.client import Answer

LONGEST = 1.0  # seconds of processor time
TRACES = re.compile(
    rb"Traceback|File \"/|site-packages|sqlite3|sqlalchemy|psycopg|werkzeug|joserfc|authlib[./]"
    rb"|\b[A-Z][A-Za-z]+(?:Error|Exception)\b"
)
# What the console quotes for developers, who use some of these libraries too.
QUOTED = re.compile(rb"<pre [^<]*<code.*?</pre>", re.DOTALL)
MARKUP = b"<xss"
ALWAYS = ("X-Request-Id", "X-Content-Type-Options", "Referrer-Policy")
MEDIA_TYPES = re.compile(
    r"(text/(html|plain|css|csv|javascript)|application/((problem\+)?json|jwt|token-introspection\+jwt"
    r"|jsonl|javascript|pdf)|image/[a-z+.-]+|font/woff2?)(; ?charset=utf-8)?|"
)
CALLBACKS = ("https://app.example/callback", "https://app.example/bye")

# What a refusal may leave behind, and why.
LEFT_BY_A_REFUSAL = {
    "+audit_event": "a refusal is an act of which the trail tells",
    "+throttle": "a failure is counted even when the request ends in an error",
    "throttle.in_a_row": "the same",
    "throttle.in_window": "the same",
    "throttle.window_start": "the same",
    "throttle.locked_until": "the same",
    "throttle.updated_at": "the same",
    "one_time_code.failures": "a guess is counted",
    "one_time_code.voided_at": "the fifth wrong guess ends the code",
    "authorization_grant.code_used_at": "a code is spent by the first who shows it, whoever it is",
    "authorization_grant.refresh_expires_at": "of the spent code’s family, which gives nothing",
    "authorization_grant.revoked_at": "a code or a refresh token used twice ends what it gave",
    "+client_assertion": "an assertion is spent by the request that it is sent with",
    "interaction.ended_at": "the application is told once how the journey ended",
}


def problems(answer: Answer, changed: frozenset[str]) -> Iterator[str]:
    """Why an answer is not one that the provider may give; nothing if all is well."""
    if answer.status >= 500:
        yield f"status {answer.status}"
    if answer.seconds > LONGEST:
        yield f"took {answer.seconds:.1f} s of the processor"
    if found := TRACES.search(QUOTED.sub(b"", answer.body)):
        yield f"shows {found[0]!r}"
    yield from _of_the_headers(answer)
    if refused(answer):
        for what in sorted(changed - LEFT_BY_A_REFUSAL.keys()):
            yield f"was refused (status {answer.status}) but has changed {what}"


def refused(answer: Answer) -> bool:
    """In so many words, or by an error given to the application (RFC 6749, section 4.1.2.1)."""
    return answer.status >= 400 or bool(re.search(r"[?&]error=", answer.header("Location")))


def _of_the_headers(answer: Answer) -> Iterator[str]:
    for name in ALWAYS:
        if not answer.header(name):
            yield f"lacks {name}"
    media_type = answer.header("Content-Type")
    if not MEDIA_TYPES.fullmatch(media_type):
        yield f"is of the media type {media_type!r}"
    if media_type.startswith("text/html"):
        if MARKUP in answer.body:
            yield "shows markup that was sent in"
        if not answer.header("Content-Security-Policy"):
            yield "is a page without a policy"
    if any(char in value for _, value in answer.headers for char in "\r\n\0"):
        yield "breaks its headers"
    location = answer.header("Location")
    if location and not _is_known(location):
        yield f"leads to {location[:80]!r}"


def _is_known(location: str) -> bool:
    """To ourselves, or to an address that was registered."""
    if location.startswith((f"{ISSUER}/", "/")):
        return not location.startswith(("//", "/\\"))
    return location.partition("?")[0] in CALLBACKS
