"""The INS-C, the health identifier computed from a first name, a birth date and a NIR."""

import hashlib
from dataclasses import dataclass

from idp.identity import names
from idp.identity.check_key import check_key
from idp.identity.errors import InvalidValue
from idp.identity.nir import Nir
from idp.identity.typed_text import is_ascii_digits, without_separators

NUMBER_LENGTH = 20
KEY_LENGTH = 2
FIRST_NAME_LENGTH = 10
BIRTH_DATE_LENGTH = 6
HASH_BYTES = 8


class InsCError(InvalidValue):
    """No INS-C here.

    From `parse`, `reason` is "length", "characters", "range" (over 64 bits) or "key"; from
    `compute`, "birth_date" or "nir_kind" (a NIR that gets no INS-C).
    """


@dataclass(frozen=True, slots=True)
class InsC:
    """An INS-C: `number` is 20 digits, `key` two."""

    number: str
    key: str

    def __str__(self) -> str:
        """Number and key, 22 digits."""
        return self.number + self.key

    @property
    def grouped(self) -> str:
        """As it is shown and printed: `1322 6740 0878 3621 9667 95`."""
        digits = str(self)
        return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def compute(first_name: str, birth_date: str, nir_body: str) -> InsC:
    """The INS-C of a person (design section 3).

    `first_name` as registered, with its accents; `birth_date` `YYMMDD`, its `00` kept;
    `nir_body` 13 characters. Raises NirError for what is not a NIR, else InsCError.
    """
    nir = Nir(nir_body)
    if not nir.gets_ins_c:
        raise InsCError("nir_kind")
    if len(birth_date) != BIRTH_DATE_LENGTH or not is_ascii_digits(birth_date):
        raise InsCError("birth_date")
    seed = padded_first_name(first_name) + birth_date + nir.body
    digest = hashlib.sha256(seed.encode("ascii")).digest()
    number = int.from_bytes(digest[:HASH_BYTES], "big")
    return InsC(f"{number:020d}", f"{check_key(number):02d}")


def padded_first_name(first_name: str) -> str:
    """The ten characters that are hashed: A–Z, cut or padded with spaces."""
    return names.plain_letters(first_name)[:FIRST_NAME_LENGTH].ljust(FIRST_NAME_LENGTH)


def parse(text: str) -> InsC:
    """The INS-C typed in `text`, 22 digits, spaces forgiven; raises InsCError."""
    digits = without_separators(text)
    if len(digits) != NUMBER_LENGTH + KEY_LENGTH:
        raise InsCError("length")
    if not is_ascii_digits(digits):
        raise InsCError("characters")
    number, key = digits[:NUMBER_LENGTH], digits[NUMBER_LENGTH:]
    if int(number) >= 1 << (8 * HASH_BYTES):
        raise InsCError("range")
    if int(key) != check_key(int(number)):
        raise InsCError("key")
    return InsC(number, key)
