"""What an end to a signing key breaks: the tokens that it has signed, and whoever has registered
its algorithm."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from idp import clock
from idp.config import Settings
from idp.directory import key_rotation, keys
from idp.directory.key_rotation import PUBLISHED_CACHE
from idp.models import Client, ClientState, KeyState, Resource, SigningKey


@dataclass(frozen=True)
class Consequences:
    """Of dropping a key, and of replacing it in its time (then nothing is refused). `tokens_until`:
    when the last token that it signs, or has signed, is over, in seconds; None: it has signed
    none. `successor` signs in its place; None: one that is made then. The names are those of
    enabled applications, and of APIs, that have registered the algorithm."""

    alg: str
    signs: bool
    tokens_until: int | None
    successor: str | None
    applications: tuple[str, ...]
    resources: tuple[str, ...]

    def sentences(self) -> Iterator[str]:
        if self.tokens_until is None:
            yield "Nothing was signed with it: nothing breaks."
            return
        yield (
            "Every token that it has signed is refused at once by us, and by whoever fetches the "
            f"published keys; verifiers that keep them believe it for {PUBLISHED_CACHE} s more."
        )
        if self.signs:
            yield self._succession()
        who = [*self.applications, *self.resources]
        yield f"{self.alg} is registered by {', '.join(who) or 'nobody'}."

    def _succession(self) -> str:
        if self.successor is not None:
            return f"The next key, {self.successor}, signs at once."
        return (
            f"A new {self.alg} key signs at once: verifiers that do not fetch the published keys "
            f"again for an unknown key refuse what it signs for up to {PUBLISHED_CACHE} s."
        )


def of(session: Session, settings: Settings, kid: str) -> Consequences:
    """Raises keys.UnknownKey."""
    key = keys.find(session, kid)
    following = key_rotation.following(keys.all_keys(session), key.alg)
    signs = key.state == KeyState.ACTIVE
    return Consequences(
        alg=key.alg,
        signs=signs,
        tokens_until=_tokens_until(settings, key),
        successor=following.kid if following and signs else None,
        applications=tuple(session.scalars(_applications(key.alg))),
        resources=tuple(
            session.scalars(
                select(Resource.name)
                .where(Resource.access_token_signed_alg == key.alg)
                .order_by(Resource.name)
            )
        ),
    )


def _tokens_until(settings: Settings, key: SigningKey) -> int | None:
    if key.state == KeyState.NEXT:
        return None
    if key.state == KeyState.RETIRED:
        return key.published_until
    return clock.now() + key_rotation.token_life(settings)


def _applications(alg: str) -> Select[str]:
    return (
        select(Client.client_name)
        .where(
            Client.state == ClientState.ENABLED,
            # A machine gets no ID token, whatever it has registered.
            or_(
                (Client.id_token_signed_response_alg == alg)
                & (func.length(Client.response_types) > len("[]")),
                Client.userinfo_signed_response_alg == alg,
                Client.introspection_signed_response_alg == alg,
            ),
        )
        .order_by(Client.client_name)
    )
