"""The worker's log: JSON, one event a line, on standard error. No recipient, no code, and no text
of a library that might quote one."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Send structlog's events and the libraries' records through the same JSON."""
    common: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if level == "debug":
        # Ours alone: Authlib's debug lines quote the very tokens.
        logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("idp").setLevel(level.upper())
    logging.getLogger("huey").setLevel(logging.WARNING)
