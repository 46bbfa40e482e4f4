"""The dashboard as people see it: drawn, read as a table, narrow, without JavaScript."""

import random

import pytest
from playwright.sync_api import expect

from tests.browser import counted
from tests.browser.conftest import Visit
from tests.browser.demonstration import Demonstration
from tests.browser.test_console import enters

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("Portail patient national", "Imagerie du Centre", "Cabinet des Tilleuls", "Pharmacie 18")


def test_figures_are_drawn_and_stand_in_a_table_beneath(
    visit: Visit, demonstration: Demonstration
) -> None:
    applications = [demonstration.factory.client(client_name=name).pk for name in NAMES]
    counted.fill(demonstration.database, applications, random.Random(1))
    visitor = visit(java_script_enabled=True)
    enters(visitor, demonstration.factory.operator("auditor"))
    visitor.follows("Tableau de bord")
    visitor.sees("Tableau de bord")
    drawn = visitor.page.get_by_role("img", name="Connexions")
    expect(drawn.first).to_be_visible()
    summary = visitor.page.get_by_text("Les chiffres en tableau").first
    summary.focus()
    visitor.page.keyboard.press("Enter")
    table = visitor.page.get_by_role("table").first
    expect(table).to_contain_text("Vers une application")
    visitor.field("Période").select_option("24h")
    visitor.field("Application").select_option(label=NAMES[0])
    visitor.presses("Afficher")
    visitor.sees("Tableau de bord")
    visitor.does_not_read("Par application")
    visitor.field("Période").select_option("dates")
    visitor.presses("Afficher")
    visitor.is_told("Donnez le premier et le dernier jour de la période")
    visitor.opens("/admin/applications?sort=connections")
    visitor.sees("Applications")
    expect(visitor.page.get_by_role("row").nth(1)).to_contain_text(NAMES[0])


def test_the_dashboard_does_without_javascript_and_in_english(
    visit: Visit, demonstration: Demonstration
) -> None:
    visitor = visit(java_script_enabled=False)
    enters(visitor, demonstration.factory.operator("auditor"))
    visitor.opens("/admin/dashboard?lang=en")
    visitor.sees("Dashboard")
    expect(visitor.page.get_by_role("img").first).to_be_visible()
    visitor.page.get_by_text("The figures as a table").first.click()
    expect(visitor.page.get_by_role("table").first).to_contain_text("To an application")
