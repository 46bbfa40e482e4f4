"""`idp holders import`: enrols a file of people, and can be told so again after it was stopped."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from idp.cli import letter_file
from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json
from idp.directory import (
    holder_imports,
    import_check,
    import_file,
    import_letters,
    import_report,
    import_work,
    organisations,
)
from idp.directory.holder_imports import Counts
from idp.models import HolderImport, ImportState, LettersState, RowState

WITH_ERRORS = 1
PAUSE = 0.5  # seconds, while a worker has the import
HEADINGS = ("line", "outcome", "login identifier", "what is wrong")
TAKEN = (LettersState.TAKEN, LettersState.EXPIRED)


def _print_model(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(import_file.model(), nl=False)
        ctx.exit()


def _path(help_text: str) -> Any:
    return {"type": click.Path(dir_okay=False, path_type=Path), "help": help_text}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", required=True, help="Name of the health-insurance body.")
@click.option("--dry-run", is_flag=True, help="Only check the file, and keep nothing of it.")
@click.option("--letters", **_path("Where to put the letters; by default under IDP_VAR."))
@click.option("--report", **_path("Where to put the report of each line, as CSV."))
@click.option("--new-letters", is_flag=True, help="Letters anew, of a file that is done.")
@click.option(
    "--model", is_flag=True, is_eager=True, expose_value=False, callback=_print_model,
    help="Print a file with every column and one person, and end.",
)  # fmt: skip
@as_json
@click.pass_obj
def import_holders(
    context: Context,
    file: Path,
    organisation: str,
    dry_run: bool,
    letters: Path | None,
    report: Path | None,
    new_letters: bool,
    as_json: bool,
) -> None:
    """Enrol everybody in a CSV file who can be; the letters come as one PDF.

    Stopped, it goes on where it was when it is run again with the same file. Ends with 1 where a
    line could not be enrolled.
    """
    content = file.read_bytes()
    with context.database.reading() as session:
        organisation_id = organisations.find(session, organisation).id
    if dry_run:
        _only_check(context, content, organisation, as_json)
        return
    folder = context.settings.var / "letters"
    import_id = _find_or_check(context, content, organisation_id)
    if new_letters or _letters_state(context, import_id) not in TAKEN:
        letter_file.prepare(letters, folder)
    _go_on(context, import_id, new_letters=new_letters)
    _work(context, import_id, quiet=as_json)
    target = _take_letters(context, import_id, letters or folder / f"import-{import_id}.pdf")
    if report:
        _write_report(context, import_id, report)
    _tell(context, import_id, target, report, as_json)


def _only_check(context: Context, content: bytes, organisation: str, as_json: bool) -> None:
    lines = import_file.read(content, context.settings, organisation)
    with context.database.reading() as session:
        rows = import_check.check(session, context.database.keyring, lines)
    wrong = [row for row in rows if row.problems]
    told = [
        {"line": row.line, "problems": [_sentence(each) for each in row.problems]} for row in wrong
    ]
    if as_json:
        emit_json({"ready": len(rows) - len(wrong), "wrong": len(wrong), "lines": told})
    else:
        _complain(told)
        click.echo(f"{len(rows) - len(wrong)} can be enrolled; {len(wrong)} cannot.")
    _end(bool(wrong))


def _find_or_check(context: Context, content: bytes, organisation_id: int) -> int:
    """The import of this very file that was begun here, if it was not cancelled."""
    database = context.database
    with database.reading() as session:
        found = holder_imports.of_command_line(session, database.keyring, content, organisation_id)
        if found is not None:
            cancelled = holder_imports.counts(session, found.id).of(RowState.CANCELLED)
            if not (found.state == ImportState.DONE and cancelled):
                return found.id
    return holder_imports.check(
        database, context.settings, content, organisation_id, actor="operator"
    )


def _go_on(context: Context, import_id: int, *, new_letters: bool) -> None:
    """A file of nobody but wrong ones has nothing to go on with. Raises NotNow."""
    with context.database.writing() as session:
        found = session.get_one(HolderImport, import_id)
        ready = holder_imports.counts(session, import_id).of(RowState.READY)
        if found.state == ImportState.CHECKED and ready:
            holder_imports.confirm(session, import_id, actor="operator")
        elif found.state == ImportState.PAUSED:
            holder_imports.resume(session, import_id, actor="operator")
        elif found.state == ImportState.DONE and new_letters:
            import_letters.renew(session, import_id, actor="operator")


def _work(context: Context, import_id: int, *, quiet: bool) -> None:
    """Here, or by the worker that has it, to the end."""
    done, total = _progress(context, import_id)
    # On a terminal alone: elsewhere a bar would be lines of noise.
    hidden = quiet or not sys.stderr.isatty()
    with click.progressbar(length=total, label="Enrolling", file=sys.stderr, hidden=hidden) as bar:
        bar.update(done)
        while _state(context, import_id) == ImportState.RUNNING:
            if not import_work.work_on(context.database, context.settings, import_id):
                _wait_for_a_worker(context, import_id)
            before, (done, _) = done, _progress(context, import_id)
            bar.update(done - before)


def _wait_for_a_worker(context: Context, import_id: int) -> None:
    if _state(context, import_id) == ImportState.RUNNING:
        time.sleep(PAUSE)


def _take_letters(context: Context, import_id: int, target: Path) -> Path | None:
    """They leave the database only once they lie in the file."""
    with context.database.writing() as session:
        if import_letters.waiting(session, import_id) is None:
            return None
        pdf = import_letters.take(session, import_id, actor="operator")
        _put(target, pdf)
    return target


def _put(target: Path, content: bytes) -> None:
    try:
        letter_file.put(target, content)
    except OSError as error:
        raise letter_file.CannotWriteLetter(
            f"{target} could not be written: {error.strerror}.",
            "Nothing is lost: run it again, with the same file.",
        ) from error


def _write_report(context: Context, import_id: int, target: Path) -> None:
    with context.database.reading() as session:
        rows = import_report.rows(session, import_id, errors=False)
    table = import_report.as_table(
        rows, HEADINGS, str, lambda problem: str(problem["sentence"]), ","
    )
    _put(target, b"".join(table))


def _tell(
    context: Context, import_id: int, letters: Path | None, report: Path | None, as_json: bool
) -> None:
    with context.database.reading() as session:
        counts = holder_imports.counts(session, import_id)
        rows = import_report.rows(session, import_id, errors=True)
        enrolled = import_report.rows(session, import_id, errors=False)
        state = session.get_one(HolderImport, import_id).letters_state
    told = [
        {"line": row.line, "problems": [_sentence(each) for each in row.problems]} for row in rows
    ]
    if as_json:
        emit_json(
            {
                "import": str(import_id),
                "counts": dict(counts.by_state),
                "login_identifiers": [
                    row.login_identifier for row in enrolled if row.login_identifier
                ],
                "lines": told,
                "letters": str(letters) if letters else None,
                "report": str(report) if report else None,
            }
        )
    else:
        _complain(told)
        emit_fields(
            {
                "enrolled": str(counts.of(RowState.ENROLLED)),
                "not enrolled": str(len(rows) + counts.of(RowState.CANCELLED)),
                "letters": str(letters) if letters else _without(counts, state),
                "report": str(report) if report else None,
            }
        )
    _end(bool(rows))


def _without(counts: Counts, state: str | None) -> str:
    if state in TAKEN:
        return f"{state} before; --new-letters makes new ones"
    return "none to make" if not counts.of(RowState.ENROLLED) else "none: all have activated"


def _complain(lines: list[dict[str, Any]]) -> None:
    for each in lines:
        for sentence in each["problems"]:
            click.echo(f"line {each['line']}: {sentence}", err=True)


def _sentence(problem: dict[str, Any]) -> str:
    column = import_report.column(str(problem["field"]))
    return f"{column}: {problem['sentence']}" if column else str(problem["sentence"])


def _progress(context: Context, import_id: int) -> tuple[int, int]:
    with context.database.reading() as session:
        counts = holder_imports.counts(session, import_id)
    return counts.done, counts.total


def _state(context: Context, import_id: int) -> str:
    with context.database.reading() as session:
        return session.get_one(HolderImport, import_id).state


def _letters_state(context: Context, import_id: int) -> str | None:
    with context.database.reading() as session:
        return session.get_one(HolderImport, import_id).letters_state


def _end(with_errors: bool) -> None:
    if with_errors:
        click.get_current_context().exit(WITH_ERRORS)
