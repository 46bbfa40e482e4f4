import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from idp.messages.letter.apart import NotTypeset, render_apart
from idp.messages.letter.content import LetterContent
from idp.messages.letter.printable import DRAWN, printable
from idp.messages.letter.render import render

WORDS = Path(__file__).parents[1] / "data" / "activation-letter.txt"
LETTER = LetterContent(
    civility="Madame",
    name="Marie Christine MARTIN",
    address=("12 rue des Tilleuls", "18000 BOURGES"),
    place="Bourges",
    written_on=date(2026, 11, 22),
    login_identifier="482107365572",
    initial_password="K7TP4WXNRH9M",
    initial_password_valid_until=date(2027, 1, 21),
    ins_c="1322674008783621966795",
    qr_url="https://idp.example/activation#482107365572",
    organisation="Caisse primaire d’assurance maladie du Cher",
    director_title="Madame la directrice",
    organisation_address=("20 boulevard de la République", "18000 Bourges"),
    hotline_number="09 00 00 00 00",
)
LONGEST = replace(
    LETTER,
    name="ANNE-ÉLISABETH-GUILLEMETTE DE LA ROCHEFOUCAULD-MONTBEL",
    address=("WWMM 12345 BOULEVARD DU MARECHAL LATTRE",) * 6,
    place="Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
    organisation="Mutuelle générale de l’éducation nationale et des services publics " * 2,
    organisation_address=("12345 BOULEVARD DU MARECHAL DE LATTRE W",) * 6,
    qr_url="https://identite.dossier-medical-partage.example/activation?lang=fr#482107365572",
)


def pdf(content: LetterContent) -> PdfReader:
    return PdfReader(io.BytesIO(render(content)))


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def text_of(content: LetterContent) -> str:
    return one_line(" ".join(page.extract_text() for page in pdf(content).pages))


def promised_sentences() -> list[str]:
    """The sentences of the ministry's letter, the hotline's number filled in."""
    text = WORDS.read_text(encoding="utf-8").replace("\uf07d", "").replace("jan-\n", "jan")
    text = text.replace("https://www.dmp.fr\nhttps://www.dmp.fr", "https://www.dmp.fr")
    text = re.sub(r"(disposition au) *\n", rf"\1 {LETTER.hotline_number} ", text)
    blocks = [one_line(block) for block in re.split(r"\n\s*\n|:\n|(?<=\w)\n\(|\)\n", text)]
    sentences = [s for block in blocks for s in re.split(r"(?<=\.) (?=[A-ZÀ])", block)]
    return [sentence.strip("(): ") for sentence in sentences if sentence]


def root_of(reader: PdfReader) -> Any:
    return reader.trailer["/Root"]


def elements(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every structure element of the tagged document, in reading order."""
    waiting: list[Any] = [root_of(reader)["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop(0)
        if isinstance(element, IndirectObject):
            element = element.get_object()
        if isinstance(element, DictionaryObject):
            yield element
            children = element.get("/K", [])
            waiting[:0] = children if isinstance(children, list) else [children]


def test_the_specification_is_read_whole() -> None:
    assert len(promised_sentences()) >= 24
    assert any("6 janvier 1978" in sentence for sentence in promised_sentences())


@pytest.mark.parametrize("sentence", promised_sentences())
def test_the_letter_says_every_sentence_word_for_word(sentence: str) -> None:
    assert sentence in text_of(LETTER)


def test_it_carries_the_secrets_as_they_are_copied() -> None:
    text = text_of(LETTER)
    assert "4821 0736 5572" in text
    assert "K7TP-4WXN-RH9M" in text
    assert "1322 6740 0878 3621 9667 95" in text


def test_it_says_from_when_until_when_and_whom_to_write_to() -> None:
    text = text_of(LETTER)
    assert "Bourges, le 22 novembre 2026" in text
    assert "Il est valable jusqu’au 21 janvier 2027." in text
    assert "Madame la directrice, Caisse primaire d’assurance maladie du Cher" in text
    assert "20 boulevard de la République, 18000 Bourges" in text


def test_without_an_ins_c_it_is_silent_on_it() -> None:
    text = text_of(replace(LETTER, ins_c=None))
    for word in ("INS-C", "Identifiant National", "À cette occasion", "Il garantit", "Vitale"):
        assert word not in text


def test_without_a_civility_it_greets_both() -> None:
    text = text_of(replace(LETTER, civility=""))
    assert "Madame, Monsieur," in text


@pytest.mark.parametrize("content", [LETTER, LONGEST, replace(LONGEST, ins_c=None)])
def test_it_is_one_a4_page_whatever_it_says(content: LetterContent) -> None:
    (page,) = pdf(content).pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    assert "rattachement du titulaire du DMP." in one_line(page.extract_text())


@pytest.mark.parametrize("content", [LETTER, LONGEST])
def test_the_address_stands_in_the_window_of_the_envelope(content: LetterContent) -> None:
    in_window: list[str] = []

    def visit(text: str, matrix: list[float], *_: Any) -> None:
        x, y = matrix[4] / 72 * 25.4, 297 - matrix[5] / 72 * 25.4
        if 109 <= x <= 195 and 50 <= y <= 75.5:
            in_window.append(text)

    pdf(content).pages[0].extract_text(visitor_text=visit)
    recipient = " ".join((content.civility, content.name, *content.address))
    assert one_line(" ".join(in_window)) == recipient


@pytest.mark.parametrize(
    "name",
    [
        "#set page(fill: red)",
        "*Jean* _Paul_ $x$ @moi",
        "\"guillemets\" 'simples' \\ `code`",
        "= Titre // rien",
        "[Anne] <b>&amp;</b> ~",
        '{"name": 1}',
        "Zoë ☺ ♥ Łucja",
    ],
)
def test_no_character_of_a_name_means_anything(name: str) -> None:
    assert f"Madame {name}" in text_of(replace(LETTER, name=name))


def test_what_no_font_draws_becomes_a_box_and_loses_no_letter() -> None:
    assert "Madame □ Anne □" in text_of(replace(LETTER, name="😀 An\u202ene\x07 王"))


def test_every_character_that_we_call_printable_is_drawn() -> None:
    drawn = printable(" ".join(chr(code) for block in DRAWN for code in block))
    assert render(replace(LETTER, organisation=drawn)).startswith(b"%PDF")


def test_the_same_content_gives_the_same_bytes() -> None:
    assert render(LETTER) == render(replace(LETTER))


def test_it_declares_itself_accessible_titled_and_french() -> None:
    reader = pdf(LETTER)
    root = root_of(reader)
    assert reader.metadata is not None
    assert reader.metadata.title == "Pour accéder à votre Dossier Médical Partagé"
    assert str(root["/Lang"]).lower() == "fr-fr"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_its_structure_has_headings_three_steps_and_words_for_the_qr_code() -> None:
    tags = list(elements(pdf(LETTER)))
    kinds = [tag.get("/S") for tag in tags]
    assert [kinds.count(kind) for kind in ("/H1", "/H2", "/LI", "/Figure")] == [1, 2, 3, 1]
    (figure,) = (tag for tag in tags if tag.get("/S") == "/Figure")
    assert "page d’activation" in str(figure["/Alt"])


def test_the_clear_secrets_stay_out_of_repr() -> None:
    shown = repr(LETTER)
    for secret in ("482107365572", "K7TP4WXNRH9M", "1322674008783621966795", "MARTIN"):
        assert secret not in shown


def test_several_letters_are_one_accessible_document_a_page_each() -> None:
    """As large as each would be alone, and typeset in a process of its own."""
    others = [
        replace(LETTER, name="Paul MARTIN", civility="Monsieur", login_identifier="482107365669"),
        replace(LETTER, ins_c=None, address=("x" * 38,) * 6),
    ]
    reader = PdfReader(io.BytesIO(render_apart([LETTER, *others])))
    pages = [one_line(page.extract_text()) for page in reader.pages]
    assert len(pages) == 3
    for letter, page in zip([LETTER, *others], pages, strict=True):
        assert page == text_of(letter)
    assert root_of(reader)["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root_of(reader)["/Metadata"].get_data()
    kinds = [element.get("/S") for element in elements(reader)]
    assert kinds.count("/H1") == len(pages)


def test_a_letter_kept_as_json_is_the_same_letter_again() -> None:
    for letter in (LETTER, replace(LETTER, ins_c=None)):
        assert LetterContent.from_json(json.loads(json.dumps(letter.to_json()))) == letter


def test_what_cannot_be_typeset_is_said_without_a_word_of_the_letters() -> None:
    with pytest.raises(NotTypeset) as error:
        render_apart([replace(LETTER, ins_c="none of the kind")])
    assert "none of the kind" not in str(error.value)
