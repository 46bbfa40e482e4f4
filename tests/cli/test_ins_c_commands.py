from pathlib import Path

import pytest

from tests.cli.conftest import Run

SAMPLE = Path(__file__).parents[1] / "data" / "ins-c-reference-sample.csv"
HEADER = "first_name;birth_date_yymmdd;nir;nir_key;ins_c;ins_c_key\n"
ROW = "MARIE CHRISTINE;770131;2770166828426;38;13226740087836219667;95\n"


def compute(run: Run, first_name: str, birth_date: str, nir: str) -> tuple[int, str]:
    result = run(
        "ins-c", "compute", "--first-name", first_name, "--birth-date", birth_date, "--nir", nir
    )
    return result.exit_code, result.output.strip()


@pytest.mark.parametrize("birth_date", ["770131", "1977-01-31"])
@pytest.mark.parametrize("nir", ["2770166828426", "2 77 01 66 828 426 38"])
def test_the_ins_c_of_the_reference_sample(run: Run, birth_date: str, nir: str) -> None:
    assert compute(run, "Marie-Christine", birth_date, nir) == (0, "1322674008783621966795")


@pytest.mark.parametrize(
    ("birth_date", "nir", "reason"),
    [
        ("770131", "8770166828426", "begins with 1 or 2"),
        ("31/01/77", "2770166828426", "neither YYYY-MM-DD nor YYMMDD"),
        ("1977-31-01", "2770166828426", "does not exist"),
        ("770131", "277016682842", "13 characters"),
        ("770131", "277016682842639", "key is wrong"),
        ("770131", "A770166828426", "no NIR has"),
    ],
)
def test_what_cannot_be_computed_is_said_in_words(
    run: Run, birth_date: str, nir: str, reason: str
) -> None:
    code, output = compute(run, "Marie", birth_date, nir)
    assert code == 1
    assert reason in output


def test_every_row_of_the_sample_comes_out(run: Run) -> None:
    result = run("ins-c", "check", str(SAMPLE))
    assert (result.exit_code, result.stdout) == (0, "317 rows read, 0 mismatches\n")


def test_a_wrong_row_is_named_by_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    file.write_text(HEADER + ROW + ROW.replace(";95", ";96"))
    result = run("ins-c", "check", str(file))
    assert result.exit_code == 1
    assert result.stdout == "line 3: ins_c_key differs\n2 rows read, 1 mismatches\n"


@pytest.mark.parametrize(
    "row", ["A;770131\n", ";;;;;\n", "A;770131;x;1;2;3\n", "A;77013;2770166828426;38;1;1\n"]
)
def test_a_row_that_cannot_be_computed_is_a_mismatch(run: Run, tmp_path: Path, row: str) -> None:
    file = tmp_path / "sample.csv"
    file.write_text(HEADER + row)
    result = run("ins-c", "check", str(file))
    assert result.exit_code == 1
    assert "1 rows read, 1 mismatches" in result.stdout


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"\xff\xfe", HEADER.encode() + b"\xff"])
def test_a_file_that_is_none_of_ours_is_said_in_words(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "sample.csv"
    file.write_bytes(content)
    result = run("ins-c", "check", str(file))
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
