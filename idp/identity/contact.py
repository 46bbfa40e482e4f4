"""Where somebody can be written to, in the form by which it is found again."""

import unicodedata


def folded(value: str) -> str:
    """What the spellings of one e-mail address have in common: nobody types the capitals that an
    agent entered. A number in E.164 stays as it is.

    RFC 5321, section 2.4, lets a local part tell capitals from small letters, and advises against
    it; who is found is written to at the address that was recorded, so nobody gets another's.
    """
    return unicodedata.normalize("NFKC", value).casefold()
