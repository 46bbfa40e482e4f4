"""How an authorization request is refused: on a page, until the redirect URI is proved to be the
client's; by a redirect to the client from there on (RFC 6749, section 4.1.2.1)."""


class AuthorizationError(Exception):
    """`error` is a registered code, `description` ASCII for the client's developer."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class Displayed(AuthorizationError):
    """A refusal that must not be redirected: nobody knows yet whose address that is."""
