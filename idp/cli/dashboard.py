"""`idp dashboard`: the console's figures, in the terminal."""

from collections.abc import Iterator
from datetime import datetime

import click

from idp.cli.context import Context
from idp.cli.output import as_json, emit_fields, emit_json, emit_table
from idp.clock import FRANCE
from idp.directory import clients, dashboard_document, periods
from idp.directory import dashboard as directory
from idp.directory.counted import Counted
from idp.directory.dashboard import Figures
from idp.directory.delays import Delays
from idp.directory.periods import Period, Unit

FORMS = {Unit.HOUR: "%Y-%m-%d %H:%M", Unit.DAY: "%Y-%m-%d", Unit.MONTH: "%Y-%m"}


@click.command()
@click.option(
    "--period",
    type=click.Choice([each.value for each in Period]),
    default=Period.MONTH.value,
    show_default=True,
    help="Up to now, by hour, day or month.",
)
@click.option("--since", default="", help="First day in France, as 2026-11-22; with --until.")
@click.option("--until", default="", help="Last day.")
@click.option("--application", default="", help="Its client_id: count this one alone.")
@as_json
@click.pass_obj
def dashboard(
    context: Context, /, period: str, since: str, until: str, application: str, as_json: bool
) -> None:
    """Connections, failures, messages with their delays, and tokens: over time, by application."""
    span = periods.asked(period, since, until)
    with context.database.reading() as session:
        client_pk = clients.find(session, application).id if application else None
        figures = directory.figures(session, span, client_pk=client_pk)
    if as_json:
        emit_json(dashboard_document.of(figures))
        return
    emit_table([("when", *MEASURES), *_over_time(figures)])
    click.echo()
    emit_table([("application", *MEASURES[:4]), *_by_application(figures)])
    click.echo()
    emit_fields(_rest(figures))


MEASURES = ("connections", "failures", "tokens", "messages", "median", "95 %")


def _over_time(figures: Figures) -> Iterator[tuple[str, ...]]:
    """In the time of France."""
    sums = [_sums(counted.over_time, len(figures.span.slots)) for counted in _counted(figures)]
    for at, begins in enumerate(figures.span.slots):
        when = datetime.fromtimestamp(begins, FRANCE).strftime(FORMS[figures.span.unit])
        numbers = (str(each[at]) for each in sums)
        yield when, *numbers, *_delays(figures.messages.delays[at])


def _by_application(figures: Figures) -> Iterator[tuple[str, ...]]:
    for key, named in figures.applications.items():
        numbers = (sum(each.by_application.get(key, {}).values()) for each in _counted(figures))
        yield named.client_id, *map(str, numbers)
    without = [sum(each.by_application.get(0, {}).values()) for each in _counted(figures)]
    if any(without):
        yield "(none)", *map(str, without)


def _rest(figures: Figures) -> dict[str, str | None]:
    messages = figures.messages
    names = ("connections", "failures", "tokens", "messages")
    lines = {
        name: ", ".join(f"{line or 'other'} {total}" for line, total in counted.totals.items())
        for name, counted in zip(names, _counted(figures), strict=True)
    }
    waiting = ", ".join(
        f"{channel} {one.number} (oldest {one.longest} s)"
        for channel, one in messages.waiting.items()
    )
    median, most = _delays(messages.overall)
    return {
        **{name: said or "none" for name, said in lines.items()},
        "delays": f"half within {median}, 95 % within {most}",
        "waiting": waiting or "none",
    }


def _counted(figures: Figures) -> tuple[Counted, ...]:
    return figures.connections, figures.failures, figures.tokens, figures.messages.ends


def _sums(lines: dict[str, list[int]], count: int) -> list[int]:
    return [sum(line[at] for line in lines.values()) for at in range(count)]


def _delays(found: Delays) -> tuple[str, str]:
    median, most = (
        "–" if seconds is None else f"{seconds} s" for seconds in (found.median, found.p95)
    )
    return median, most
