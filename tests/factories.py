"""Makes what a test needs to be there, straight in the tables."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from idp import clock
from idp.config import LEVELS, Settings
from idp.crypto import digest, new_secret
from idp.db import Database
from idp.directory import accounts, configuration, holders, keys
from idp.factors.hashing import Hasher
from idp.identity import ins_c, login_identifier
from idp.identity.traits import Traits
from idp.models import (
    Account,
    AccountState,
    Channel,
    Client,
    Holder,
    HolderInsC,
    Operator,
    Organisation,
    Resource,
    SigningKey,
)

PASSWORD = "une phrase que personne ne devine"
INITIAL_PASSWORD = "K7TP4WXNRH9M"
API = "https://api.example"
CALLBACK = "https://app.example/callback"


@dataclass
class Person:
    """A holder with an account. `password` is the one that signs in now."""

    account_id: int
    identifier: str
    password: str
    mail: str | None
    mobile: str | None


@dataclass
class App:
    """A registered client."""

    pk: int
    client_id: str
    secret: str | None
    redirect_uri: str = CALLBACK
    metadata: dict[str, Any] = field(default_factory=dict)


SIGNING_KEYS: list[dict[str, Any]] = []


class Factory:
    """Each call makes another one."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._count = 0
        with database.writing() as session:
            self._signing_keys(session)
            organisation = Organisation(
                name="Cpam du Cher",
                city="Bourges",
                address=["18000 BOURGES"],
                created_at=clock.now(),
            )
            session.add(organisation)
            session.flush()
            self._organisation_id = organisation.id

    def _signing_keys(self, session: Session) -> None:
        """One set for all tests of this process: an RSA key takes longer than most tests."""
        if session.scalar(select(SigningKey.id).limit(1)) is not None:
            return
        if not SIGNING_KEYS:
            for key in keys.ensure_signing_keys(session, actor="operator"):
                columns = SigningKey.__table__.columns.keys()
                SIGNING_KEYS.append({name: getattr(key, name) for name in columns if name != "id"})
            return
        now = clock.now()
        for values in SIGNING_KEYS:
            session.add(SigningKey(**values | {"created_at": now, "activated_at": now}))
        configuration.bump(session)

    def person(
        self,
        *,
        mail: str | None = "m.martin@exemple.fr",
        mobile: str | None = None,
        activated: bool = True,
        password: str = PASSWORD,
        organisation: str | None = None,
    ) -> Person:
        """Marie Christine Martin, with mail only unless told otherwise; each has her own NIR.
        Not activated, she has her letter's INITIAL_PASSWORD."""
        self._count += 1
        identifier = login_identifier.generate()
        with self._database.writing() as session:
            account = self._account(identifier, password, activated)
            account.holder = self._holder(self.organisation(session, organisation))
            session.add(account)
            for kind, value in (("mail", mail), ("sms", mobile)):
                if value:
                    account.channels.append(self._channel(kind, value, activated))
            session.flush()
            return Person(
                account.id, identifier, password if activated else INITIAL_PASSWORD, mail, mobile
            )

    def operator(
        self, *roles: str, organisation: str | None = None, activated: bool = True
    ) -> Person:
        """Who administers, with a mail address of one's own; in the holders' organisation unless
        another one is named, which is made where it is not there."""
        self._count += 1
        identifier, mail = login_identifier.generate(), f"agent{self._count}@cpam.example"
        with self._database.writing() as session:
            account = self._account(identifier, PASSWORD, activated)
            account.channels.append(self._channel("mail", mail, activated))
            session.add(account)
            session.flush()
            session.add(
                Operator(
                    account_id=account.id,
                    organisation_id=self.organisation(session, organisation),
                    name="Camille Durand",
                    roles=list(roles),
                    created_at=clock.now(),
                )
            )
            password = PASSWORD if activated else INITIAL_PASSWORD
            return Person(account.id, identifier, password, mail, None)

    def organisation(self, session: Session, name: str | None = None) -> int:
        """The id of the holders' one, or of another, which is made where it is not there."""
        if name is None:
            return self._organisation_id
        known = session.scalar(select(Organisation.id).where(Organisation.name == name))
        if known is not None:
            return known
        made = Organisation(name=name, city="Nevers", address=[name], created_at=clock.now())
        session.add(made)
        session.flush()
        return made.id

    def _account(self, identifier: str, password: str, activated: bool) -> Account:
        now, hasher = clock.now(), Hasher(self._settings)
        account = Account(login_identifier=identifier, created_at=now, locale="fr")
        if activated:
            account.state = AccountState.ACTIVE
            account.password_hash = hasher.hash(password)
            account.activated_at = account.password_changed_at = now
        else:
            account.initial_password_hash = hasher.hash(INITIAL_PASSWORD)
            account.initial_password_expires_at = (
                now + self._settings.initial_password_days * 86_400
            )
        return account

    def _holder(self, organisation_id: int) -> Holder:
        nir = f"2770166{828_426 + self._count:06}"  # commune and order
        number = str(ins_c.compute("Marie Christine", "770131", nir))
        index = self._database.keyring.blind_index
        traits = Traits(
            birth_name="MARTIN",
            used_name=None,
            first_names=("MARIE", "CHRISTINE"),
            birth_date="1977-01-31",
            sex="F",
            birth_place="18033",
            birth_place_name="Bourges",
        )
        holder = Holder(
            organisation_id=organisation_id,
            traits=traits.to_json(),
            names=holders.names_of(self._database.keyring, traits),
            nir=nir,
            nir_index=index("holder.nir", nir),
            address=["12 RUE DES TILLEULS", "18000 BOURGES"],
            created_at=clock.now(),
        )
        holder.ins_c_history = [
            HolderInsC(
                value=number,
                value_index=index("holder_ins_c.value", number),
                created_at=clock.now(),
            )
        ]
        return holder

    def _channel(self, kind: str, value: str, verified: bool) -> Channel:
        return Channel(
            kind=kind,
            value=value,
            value_index=accounts.channel_index(self._database.keyring, value),
            verified_at=clock.now() if verified else None,
            created_at=clock.now(),
        )

    def client(self, **metadata: Any) -> App:
        """A confidential web application of the second level, unless told otherwise."""
        self._count += 1
        secret = new_secret()
        public = metadata.get("token_endpoint_auth_method") == "none"
        values: dict[str, Any] = {
            "client_id": f"app-{self._count}",
            "secret_hash": None if public else digest(secret),
            "client_name": f"Application {self._count}",
            "publisher": "la Cnam",
            "client_uri": "https://app.example",
            "contacts": [],
            "redirect_uris": [CALLBACK],
            "post_logout_redirect_uris": ["https://app.example/bye"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "openid offline_access identite_pivot ins_c email phone",
            "optional_scope": "email phone",
            "token_endpoint_auth_method": "client_secret_basic",
            "id_token_signed_response_alg": "ES256",
            "default_acr_values": [],
            "minimum_acr": LEVELS[1],
            "sector_identifier": f"app-{self._count}.example",
            "created_at": clock.now(),
        } | metadata
        with self._database.writing() as session:
            client = Client(**values)
            session.add(client)
            configuration.bump(session)
            session.flush()
            return App(
                client.id,
                client.client_id,
                None if public else secret,
                (client.redirect_uris or [""])[0],
                values,
            )

    def machine(self, **metadata: Any) -> App:
        """A client without people: its own credentials are all that it has."""
        nobody = {
            "redirect_uris": [],
            "post_logout_redirect_uris": [],
            "grant_types": ["client_credentials"],
            "response_types": [],
            "scope": "",
            "optional_scope": "",
        }
        return self.client(**nobody | metadata)

    def api(self, identifier: str = API, **metadata: Any) -> App:
        """The client by which a registered API speaks to us."""
        with self._database.reading() as session:
            which = select(Resource.id).where(Resource.identifier == identifier)
            return self.machine(resource_id=session.scalars(which).one(), **metadata)

    def resource(self, identifier: str = API, scope: str = "documents", **values: Any) -> str:
        """A protected API with one scope; returns its identifier."""
        with self._database.writing() as session:
            session.add(
                Resource(
                    identifier=identifier,
                    name="Dossier",
                    sector_identifier=values.get("sector_identifier", "dossier.example"),
                    scopes={scope: "Lire vos documents"},
                    access_token_signed_alg=values.get("access_token_signed_alg", "ES256"),
                    access_token_format=values.get("access_token_format", "jwt"),
                    created_at=clock.now(),
                )
            )
            configuration.bump(session)
        return identifier

    def messages(self) -> list[dict[str, Any]]:
        """What waits in the outbox, opened, oldest first."""

        from idp.models import Message

        with self._database.reading() as session:
            rows = session.scalars(select(Message).order_by(Message.id)).all()
            return [
                {
                    "kind": row.kind,
                    "channel": row.channel,
                    "state": row.state,
                    "locale": row.locale,
                    **(row.content or {}),
                }
                for row in rows
            ]

    def last_code(self) -> str:
        """The newest one-time code in the outbox."""
        codes = [
            each["context"]["code"]
            for each in self.messages()
            if each["kind"] == "one-time-code" and each.get("context")
        ]
        return str(codes[-1])
