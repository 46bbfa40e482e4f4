"""A PNG that somebody uploads, checked to its last byte and written anew without what it need not
have (PNG specification, third edition): no text, no place or time of a photograph, nothing behind
its end."""

import struct
import zlib
from collections.abc import Iterator

from idp.directory.refusal import Refusal

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 49_152
LEAST_SIDE, MOST_SIDE = 64, 512
# Section 11.2.1: colour type → samples of a pixel, and the depths that they may have.
COLOURS = {
    0: (1, {1, 2, 4, 8, 16}),
    2: (3, {8, 16}),
    3: (1, {1, 2, 4, 8}),
    4: (2, {8, 16}),
    6: (4, {8, 16}),
}
PALETTE = 3
FILTERS = 5
# What decides how it looks; the rest is left out.
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND")

Chunk = tuple[bytes, bytes]


class BadPicture(Refusal):
    """`reason` is "kind", "length", "sides" or "damaged"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"logo: {reason}")
        self.reason = reason


def cleaned(content: bytes) -> bytes:
    """The same picture. Raises BadPicture."""
    if len(content) > MOST_BYTES:
        raise BadPicture("length")
    if not content.startswith(SIGNATURE):
        raise BadPicture("kind")
    try:
        chunks = list(_chunks(content))
        _check(chunks)
    except (struct.error, zlib.error, ValueError, IndexError) as error:
        raise BadPicture("damaged") from error
    return SIGNATURE + b"".join(_written(chunk) for chunk in chunks if chunk[0] in KEPT)


def _chunks(content: bytes) -> Iterator[Chunk]:
    """Section 5.3. The last one is IEND, at the very end."""
    at = len(SIGNATURE)
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        (code,) = struct.unpack_from(">I", content, at + 8 + length)
        if code != zlib.crc32(kind + data):
            raise ValueError("a chunk is damaged")
        at += 12 + length
        if (kind == b"IEND") != (at == len(content)):
            raise ValueError("the end is not at the end")
        # "a decoder encountering an unknown chunk in which the ancillary bit is 0 must indicate
        # to the user that the image contains information it cannot safely interpret" (5.4)
        if kind not in KEPT and not kind[0] & 0x20:
            raise ValueError("a chunk that is not known decides how it looks")
        yield kind, data


def _check(chunks: list[Chunk]) -> None:
    kinds = [kind for kind, _ in chunks]
    if kinds[0] != b"IHDR" or kinds.count(b"IHDR") != 1 or kinds.count(b"PLTE") > 1:
        raise ValueError("the order of the chunks is wrong")
    header = struct.unpack(">IIBBBBB", chunks[0][1])
    width, height, depth, colour, compression, filtering, interlace = header
    if not all(LEAST_SIDE <= side <= MOST_SIDE for side in (width, height)):
        raise BadPicture("sides")
    samples, depths = COLOURS.get(colour, (0, set()))
    if depth not in depths or compression or filtering or interlace:
        raise ValueError("not a way to write pixels that is read here")
    if colour == PALETTE and b"PLTE" not in kinds:
        raise ValueError("the palette is missing")
    line = 1 + (width * samples * depth + 7) // 8
    _check_pixels(b"".join(data for kind, data in chunks if kind == b"IDAT"), line, height)


def _check_pixels(compressed: bytes, line: int, height: int) -> None:
    """As many as the header says, and no more: what would unpack to more is not unpacked."""
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(compressed, line * height + 1)
    if len(pixels) != line * height or not unpacking.eof or unpacking.unused_data:
        raise ValueError("there are not as many pixels as told")
    if any(pixels[at] >= FILTERS for at in range(0, len(pixels), line)):
        raise ValueError("a line is written in a way that there is not")


def _written(chunk: Chunk) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
