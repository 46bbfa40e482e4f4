"""The ordinary way's tables, made of Authlib's mixins."""

import os
import time

from authlib.integrations.sqla_oauth2 import (
    OAuth2AuthorizationCodeMixin,
    OAuth2ClientMixin,
    OAuth2TokenMixin,
)
from sqlalchemy import Column, ForeignKey, Integer, Text, create_engine, event
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker

engine = create_engine(f"sqlite:///{os.environ['DATABASE']}")
open_session = scoped_session(sessionmaker(engine))


@event.listens_for(engine, "connect")
def _durable(connection, _record):
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)

    def get_user_id(self):
        return self.id


class Client(Base, OAuth2ClientMixin):
    __tablename__ = "oauth2_client"
    id = Column(Integer, primary_key=True)


class AuthorizationCode(Base, OAuth2AuthorizationCodeMixin):
    __tablename__ = "oauth2_code"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id"))

    def is_expired(self):
        return self.auth_time + 60 < time.time()


class Token(Base, OAuth2TokenMixin):
    __tablename__ = "oauth2_token"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("user.id"))
    # The mixin's 255 characters are too few for a JWT.
    access_token = Column(Text, unique=True, nullable=False)
