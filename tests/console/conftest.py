"""Operators before the console, over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, select, text
from sqlalchemy import table as sql_table

from tests.browser_client import Browser, Page
from tests.factories import Factory, Person

SignIn = Callable[..., Browser]


def enter(browser: Browser, operator: Person, factory: Factory) -> Page:
    """From /admin to where the sign-in ends."""
    browser.get("/admin")
    browser.give_password(operator)
    return browser.give_code(factory)


def raw(table: str) -> Select[Any]:
    """All that a table holds, as the database itself sees it."""
    return select(text("*")).select_from(sql_table(table))


@pytest.fixture
def console(app: Flask, factory: Factory) -> SignIn:
    """`console("owner")`: the browser of an operator with these roles, at the console's home."""

    def sign_in(*roles: str, organisation: str | None = None) -> Browser:
        browser = Browser(app)
        enter(browser, factory.operator(*roles, organisation=organisation), factory)
        return browser

    return sign_in
