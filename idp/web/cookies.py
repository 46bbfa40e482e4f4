"""The cookies: which there are, what they are called, how they are set.

Where there is TLS each has the prefix `__Host-`: no other host, no plain http can set it
(RFC 6265bis, section 4.1.3.2).
"""

from dataclasses import dataclass

from idp.config import Settings


@dataclass(frozen=True)
class Names:
    """`session` signs in, `operator` into the console; `browser` binds interactions; `known` lists
    who used this browser before; `form` carries the CSRF token; `language` is chosen by hand;
    `farewell` names the session that has just ended."""

    session: str
    operator: str
    browser: str
    known: str
    form: str
    language: str
    farewell: str


def names(settings: Settings) -> Names:
    prefix = "__Host-" if settings.tls else ""
    parts = ("session", "operator", "browser", "known", "form", "language", "farewell")
    return Names(*(f"{prefix}dmp-{part}" for part in parts))


def header(settings: Settings, name: str, value: str, max_age: int | None = None) -> str:
    """The value of a Set-Cookie header; `max_age` 0 removes, None lasts as long as the browser."""
    age = "" if max_age is None else f"; Max-Age={max_age}"
    secure = "; Secure" if settings.tls else ""
    return f"{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}"
