"""How one site tells itself from the others: name, colour, symbol."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    """`accent` is a class of look.css, `symbol` the path of a 24 × 24 drawing made of strokes."""

    name: str
    tagline: str
    accent: str
    symbol: str
    note: str


# The favicon stands outside every style sheet, so its two colours per accent are said here:
# the design system's values of the same names, light scheme then dark.
ICON_COLOURS = {
    "emeraude": ("#297254", "#34cb6a"),
    "cumulus": ("#3558a2", "#7ab1e8"),
    "glycine": ("#6e445a", "#ce70cc"),
    "terre-battue": ("#755348", "#ff732c"),
}

ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<style>rect{{fill:{light}}}path{{stroke:#fff}}
@media (prefers-color-scheme:dark){{rect{{fill:{dark}}}path{{stroke:#161616}}}}</style>
<rect width="24" height="24" rx="4"/>
<path d="{symbol}" fill="none" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
 transform="translate(3.6 3.6) scale(.7)"/></svg>"""


def icon(brand: Brand) -> str:
    light, dark = ICON_COLOURS[brand.accent]
    return ICON.format(light=light, dark=dark, symbol=brand.symbol)
