"""The worker process: Huey's consumer wakes it at once, a sweep every two seconds finds what no
wake announced, the trail is sealed meanwhile, and whoever starts the worker may give it more jobs
to do every so often."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog

from idp import audit
from idp.config import Settings
from idp.db import Database
from idp.messages import logs, wake
from idp.messages.delivery import deliver_due

# Seconds.
SWEEP_EVERY = 2
SEAL_EVERY = 5
CONNECT_EVERY = 5
FAREWELL = 10

# Of Huey's consumer: how many, and the longest pause between two looks into a quiet queue.
WOKEN_THREADS = 2
LONGEST_PAUSE = 0.5

# What is done every so many seconds: a round returns how much it did, and is short (a few
# seconds), for a worker that is stopped does not wait longer. Several workers do it at once.
Job = tuple[int, Callable[[Database, Settings], int]]

log = structlog.get_logger(__name__)


def run(settings: Settings, jobs: Sequence[Job] = ()) -> None:
    """Deliver until SIGTERM or SIGINT; then finish what is being sent, for ten seconds at most.
    What it could not finish, the outbox gives to another worker once the lease has run out.

    `jobs` live above this package: they run in threads of their own from the start on.
    """
    logs.configure(settings.log_level)
    Worker(settings, jobs).run()


class Worker:
    """Its threads, and the event that ends them."""

    def __init__(self, settings: Settings, jobs: Sequence[Job] = ()) -> None:
        self.settings = settings
        self.jobs = jobs
        self.database = Database(settings.effective_database_url, settings.keyring)
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.consumer: Any = None

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        self._every(SWEEP_EVERY, self.sweep, "sweep")
        self._every(SEAL_EVERY, self.seal, "seal")
        for seconds, job in self.jobs:
            self._every(seconds, partial(job, self.database, self.settings), job.__name__)
        log.info("worker.started", pid=os.getpid())
        self._listen()
        while not self.stopping.wait(CONNECT_EVERY):
            self._listen()
        self._leave()

    def sweep(self) -> None:
        """Deliver everything due; also what Huey's threads do when woken."""
        name = f"{socket.gethostname()}:{os.getpid()}:{threading.current_thread().name}"
        deliver_due(self.database, self.settings, name, self.stopping.is_set)

    def seal(self) -> None:
        """Chain the trail's committed events, batch by batch."""
        more = True
        while more and not self.stopping.is_set():
            with self.database.writing() as session:
                more = audit.seal(session) > 0

    def _every(self, seconds: int, action: Callable[[], object], name: str) -> None:
        def beat() -> None:
            while not self.stopping.is_set():
                try:
                    action()
                except Exception as error:  # a database that comes back finds the worker there
                    log.warning("worker.fault", doing=name, error=type(error).__name__)
                self.stopping.wait(seconds)

        self._start(threading.Thread(target=beat, name=name, daemon=True))

    def _listen(self) -> None:
        """Start Huey's threads, if they are not there yet: its store may come up after us. Not by
        Consumer.start(), which would take the signals too."""
        if self.consumer is not None:
            return
        try:
            self.consumer = wake.listen(self.settings, self.sweep).create_consumer(
                workers=WOKEN_THREADS,
                periodic=False,
                max_delay=LONGEST_PAUSE,
                check_worker_health=False,
            )
        except Exception as error:  # any store, any fault: the sweep does without
            log.warning("worker.not_listening", error=type(error).__name__)
            return
        for _, thread in self.consumer.worker_threads:
            self._start(thread)

    def _start(self, thread: threading.Thread) -> None:
        self.threads.append(thread)
        thread.start()

    def _leave(self) -> None:
        log.info("worker.stopping")
        if self.consumer is not None:
            self.consumer.stop_flag.set()
        deadline = time.monotonic() + FAREWELL
        for thread in self.threads:
            thread.join(max(deadline - time.monotonic(), 0))
        unfinished = sum(thread.is_alive() for thread in self.threads)
        log.info("worker.stopped", unfinished=unfinished)
        if not unfinished:
            self.database.dispose()
