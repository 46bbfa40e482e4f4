"""A checked authorization request: what the checks make, and what an interaction keeps."""

from dataclasses import asdict, dataclass, field
from typing import Any

Claims = dict[str, dict[str, Any]]


@dataclass
class AuthorizationRequest:
    """Names are the parameters' own (RFC 6749, OpenID Connect Core 1.0, RFC 7636, RFC 8707);
    `subjects` are the accounts of which one must answer; None: anybody may."""

    client_id: str
    redirect_uri: str
    state: str | None = None
    response_type: str = "code"
    response_mode: str = "query"
    scope: list[str] = field(default_factory=list)
    resource: list[str] = field(default_factory=list)
    nonce: str | None = None
    code_challenge: str | None = None
    prompt: list[str] = field(default_factory=list)
    max_age: int | None = None
    acr_values: list[str] = field(default_factory=list)
    essential_acr: list[str] = field(default_factory=list)
    claims: Claims = field(default_factory=dict)
    subjects: list[int] | None = None
    login_hint: str | None = None
    ui_locales: list[str] = field(default_factory=list)

    def expect(self, accounts: list[int]) -> None:
        """One of these must answer, and one of those named before: nobody can, if none is both."""
        before = self.subjects
        self.subjects = [each for each in accounts if before is None or each in before]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "AuthorizationRequest":
        return cls(**document)
