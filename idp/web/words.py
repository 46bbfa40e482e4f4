"""The language of the page in hand: sentences, plurals and durations in it.

Flask-Babel has no types; here it gets them.
"""

from typing import Any

from flask_babel import get_locale as _get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

MINUTE, HOUR = 60, 3600


def _(sentence: str, **values: Any) -> str:
    """The sentence in the page's language; French is its own translation."""
    return str(_gettext(sentence, **values))


def ngettext(singular: str, plural: str, num: int) -> str:
    """One of two sentences, by the number that each has as `%(num)d`."""
    return str(_ngettext(singular, plural, num))


def language() -> str:
    """`fr` or `en`."""
    return str(_get_locale())


def delay(seconds: int) -> str:
    """How long, rounded up to what somebody who waits would say."""
    if seconds < MINUTE:
        return ngettext("%(num)d seconde", "%(num)d secondes", seconds)
    if seconds < 2 * HOUR:
        return ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // MINUTE))
    return ngettext("%(num)d heure", "%(num)d heures", -(-seconds // HOUR))
