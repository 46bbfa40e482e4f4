"""What a WSGI server loads: `granian --interface wsgi wsgi:app`."""

import gc
import signal

# A process that is still loading has its parent's handlers, which do nothing here: told to stop,
# it would be waited for. The server sets its own once the application is there.
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_DFL)

# What is loaded stays: no collection has to look through it, now or later.
gc.disable()

from idp import create_app  # noqa: E402 - loading is what takes long

app = create_app()

gc.collect()
gc.freeze()
gc.enable()
