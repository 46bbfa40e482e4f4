"""The pages behind the footer's links."""

from flask import Blueprint, render_template

from idp.web.current import settings

legal = Blueprint("legal", __name__)


@legal.get("/legal/accessibility")
def accessibility() -> str:
    return render_template("legal/accessibility.html")


@legal.get("/legal/data-protection")
def data_protection() -> str:
    return render_template("legal/data_protection.html", trail_days=settings().trail_days)


@legal.get("/legal/notice")
def notice() -> str:
    return render_template(
        "legal/legal_notice.html", demonstration=settings().environment == "demonstration"
    )
