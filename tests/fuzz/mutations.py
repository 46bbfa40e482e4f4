"""What somebody does to a request who knows what it is made of."""

import re
from collections.abc import Callable
from random import Random

PAIR = re.compile(rb"(?<=[?&\n])([^=&\s?]+)=([^&\s]*)")
HEADER = re.compile(rb"(?<=\n)([A-Za-z-]+): ([^\n]*)(?=\n)")
JWT = re.compile(rb"\{\{(api_token|machine_token|id_token|assertion)\}\}")

METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"QUERY")
NAMES = tuple(
    b"response_type client_id client_secret redirect_uri scope state nonce code code_challenge"
    b" code_challenge_method code_verifier response_mode prompt max_age acr_values claims"
    b" id_token_hint login_hint ui_locales display request request_uri registration resource"
    b" grant_type refresh_token token token_type_hint access_token client_assertion"
    b" client_assertion_type post_logout_redirect_uri logout_hint decision shown_to csrf_token"
    b" identifier password new_password new_password_again channel lang handle".split()
)
PLACES = tuple(
    b"{{code}} {{access_token}} {{refresh_token}} {{id_token}} {{machine_token}} {{api_token}}"
    b" {{assertion}} {{client.id}} {{public.id}} {{machine.id}} {{code.handle}} {{consent.handle}}"
    b" {{password.csrf}} {{account.csrf}} {{code.cookies}} {{account.cookies}} {{consent}}".split()
)
VALUES = (
    b"", b"%", b"%zz", b"%00", b"a%00b", b"%FF%FE", b"\xff\xfe", b"%C3", b"%ED%A0%80",
    b"%0d%0aX:y", b"%E2%80%AE", b"%F0%9D%95%8F", b"%CC%81" * 60, b"%EF%BB%BF", b"%EF%BF%BF",
    b"A" * 5_000, b"a" * 70_000, b"null", b"true", b"-1", b"0", b"1e999", b"9" * 400, b"0x10",
    b"NaN", b"--", b"%5B" * 3_000, b"%7B%22a%22%3A" * 500, b"%7B%22id_token%22%3A%5B%5D%7D",
    b"%7B%22userinfo%22%3A%7B%22email%22%3A7%7D%7D", b"%22%5CuD800%22", b"%3Cxss%20onload%3D1%3E",
    b"%22%3E%3Cxss%3E", b"javascript%3Aalert(1)", b"data%3Atext%2Fhtml%2C%3Cxss%3E",
    b"https%3A%2F%2Fapp.example%40evil.example%2F", b"%2F%2Fevil.example", b"%5C%5Cevil.example",
    b"http%3A%2F%2F%5B%3A%3A1", b"https%3A%2F%2Fapp.example%2Fcallback%23f",
    b"..%2F..%2Fetc%2Fpasswd", b"%7B%7B7*7%7D%7D", b"%27%20OR%201%3D1--", b"%25s%25n",
    b"%D9%A1%D9%A2%D9%A3", b"%EF%BC%91", b"urn%3Admp%3Aacr%3Aphr", b"login%20none",
    b"openid%20openid", b"code%20token", b"plain", b"000000", b"123456789012", b"12%2034%2056",
)  # fmt: skip
HEADERS = (
    b"Authorization: Basic", b"Authorization: Basic %%%", b"Authorization: Basic //79",
    b"Authorization: Basic OjpfOg==", b"Authorization: Bearer", b"Authorization: Bearer a b",
    b"Authorization: bearer {{api_token}}", b"Authorization: {{client.basic}}",
    b"Authorization: {{machine.basic}}", b"Authorization: DPoP x", b"Authorization: \xff",
    b"Content-Type: application/json", b"Content-Type: multipart/form-data; boundary=x",
    b"Content-Type: multipart/form-data", b"Content-Type: text/plain; charset=utf-7",
    b"Content-Type:", b"Content-Type: application/x-www-form-urlencoded; charset=\xff",
    b"Content-Length: -1", b"Content-Length: 0", b"Content-Length: 99999999999999999999",
    b"Content-Length: 7, 7", b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip",
    b"Content-Encoding: gzip", b"Host: evil.example", b"Host:",
    b"Host: localhost:8000@evil.example", b"Host: [::1", b"Host: \xff",
    b"X-Forwarded-Host: evil.example", b"X-Forwarded-Proto: javascript",
    b"X-Forwarded-For: \xff, 1", b"X-Forwarded-For: 999.1.1.1",
    b"Forwarded: for=_x;host=evil.example", b"X-HTTP-Method-Override: PUT",
    b"Cookie: dmp-session=", b"Cookie: dmp-session=\xff; dmp-browser=%00", b"Cookie: =;;==; ;",
    b"Cookie: dmp-form=x; dmp-form=y; dmp-known=!", b"Cookie: {{account.cookies}}",
    b"Cookie: {{consent.cookies}}", b"Cookie: dmp-known=" + b"eyJ" * 900,
    b"Accept-Language: *;q=\xff", b"Accept-Language: " + b"aa-bb;q=0.1," * 300,
    b"Accept: */*;q=x", b"Accept-Encoding: br;q=1e9", b"User-Agent: \xf0\x9f\x92\xa9",
    b"User-Agent: " + b"Mozilla/5.0 (" * 400, b"Origin: null", b"Origin: https://evil.example",
    b"Referer: https://evil.example/<xss>", b"Range: bytes=0-,-1,5-2", b"If-None-Match: *",
    b"If-Modified-Since: yesterday", b"Expect: 100-continue", b"Upgrade: h2c",
    b"Sec-Fetch-Site: cross-site", b"Accept: application/token-introspection+jwt",
    b"X-Request-Id: <xss>",
)  # fmt: skip


def mutated(text: bytes, random: Random, forged: dict[bytes, list[bytes]]) -> bytes:
    """One change. `forged` has the names of each token's forgeries."""
    change = random.choice(CHANGES)
    if change is _forge:
        return _forge(text, random, forged)
    return change(text, random)


def _value(text: bytes, random: Random) -> bytes:
    return _on_a_pair(text, random, lambda name, _: name + b"=" + _any_value(random))


def _name(text: bytes, random: Random) -> bytes:
    return _on_a_pair(text, random, lambda _, value: random.choice(NAMES) + b"=" + value)


def _repeat(text: bytes, random: Random) -> bytes:
    return _on_a_pair(
        text, random, lambda name, value: b"%b=%b&%b=%b" % (name, value, name, _any_value(random))
    )


def _drop(text: bytes, random: Random) -> bytes:
    return _on_a_pair(text, random, lambda _name, _value: b"")


def _add(text: bytes, random: Random) -> bytes:
    more = random.choice(NAMES) + b"=" + _any_value(random)
    return _on_a_pair(text, random, lambda name, value: b"%b=%b&%b" % (name, value, more))


def _header(text: bytes, random: Random) -> bytes:
    head, separator, body = text.partition(b"\n\n")
    return head + b"\n" + random.choice(HEADERS) + separator + body


def _no_header(text: bytes, random: Random) -> bytes:
    found = list(HEADER.finditer(text))
    if not found:
        return text
    which = random.choice(found)
    return text[: which.start()] + text[which.end() + 1 :]


def _method(text: bytes, random: Random) -> bytes:
    return random.choice(METHODS) + b" " + text.partition(b" ")[2]


def _to_the_body(text: bytes, random: Random) -> bytes:
    """A query as a form, or a form as a query: what is allowed in one may not be in the other."""
    head, _, body = text.partition(b"\n\n")
    first, *rest = head.split(b"\n")
    address, _, query = first.partition(b"?")
    return b"\n".join([address + b"?" + body, *rest]) + b"\n\n" + query


def _path(text: bytes, random: Random) -> bytes:
    method, _, rest = text.partition(b" ")
    end = min((at for at in (rest.find(b"?"), rest.find(b"\n")) if at >= 0), default=len(rest))
    at = random.randint(0, end)
    return method + b" " + rest[:at] + _any_value(random)[:3_000] + rest[at:]


def _bytes(text: bytes, random: Random) -> bytes:
    """Without knowing anything: one stretch goes, is doubled, or becomes noise."""
    start = random.randint(0, len(text))
    end = min(len(text), start + random.choice((1, 1, 2, 8, 64)))
    noise = random.choice((b"", text[start:end] * 2, random.randbytes(end - start)))
    return text[:start] + noise + text[end:]


def _forge(text: bytes, random: Random, forged: dict[bytes, list[bytes]]) -> bytes:
    def forgery(match: re.Match[bytes]) -> bytes:
        return b"{{%b.%b}}" % (match[1], random.choice(forged[match[1]]))

    return JWT.sub(forgery, text)


def _any_value(random: Random) -> bytes:
    return random.choice(VALUES if random.random() < 0.8 else PLACES)


def _on_a_pair(text: bytes, random: Random, make: Callable[[bytes, bytes], bytes]) -> bytes:
    found = list(PAIR.finditer(text))
    if not found:
        return _header(text, random)
    which = random.choice(found)
    return text[: which.start()] + make(which[1], which[2]) + text[which.end() :]


CHANGES: tuple[Callable[..., bytes], ...] = (
    _value, _value, _value, _name, _repeat, _drop, _add, _header, _header, _no_header, _method,
    _to_the_body, _path, _bytes, _forge, _forge,
)  # fmt: skip
