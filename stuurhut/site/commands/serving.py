"""The commands that keep running: web server and worker, together or each alone."""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stuurhut.people.models import User
from stuurhut.site.commands.children import keep_running, leave_with_parent
from stuurhut.site.commands.line import Failed, Options, Parser, whole_number
from stuurhut.site.commands.printing import say
from stuurhut.site.tables import migrate, waiting_migrations
from stuurhut.worker.clock import registered
from stuurhut.worker.work import Worker

THREADS = 4  # answers wait for the database and the engine, not for each other


def up_arguments(parser: Parser) -> None:
    _address_arguments(parser)


def up(options: Options) -> int:
    """Everything that one machine needs: tables, static files, worker, web server."""
    _check_free(options.host, options.port)
    done = migrate()
    if done:
        say(ngettext("%(n)s change of the tables made.", "%(n)s changes of the tables made.", done) % {"n": done})
    collect_static()
    connections.close_all()
    threading.Thread(target=_greet, args=(options.host, options.port), daemon=True).start()
    keep_running(["serve", "--host", options.host, "--port", str(options.port)], ["worker"])
    return 0


def serve_arguments(parser: Parser) -> None:
    _address_arguments(parser)
    _parent_argument(parser)


def serve(options: Options) -> int:
    """The web server alone. Raises Failed when the tables are not those of this version."""
    _check_tables()
    _check_free(options.host, options.port)
    collect_static()
    if options.with_parent:
        leave_with_parent()
    else:
        threading.Thread(target=_greet, args=(options.host, options.port), daemon=True).start()
    connections.close_all()  # the server's processes are forks, and no connection survives that
    _serve(options.host, options.port)
    return 0


def worker_arguments(parser: Parser) -> None:
    _parent_argument(parser)


def worker(options: Options) -> int:
    """The worker alone. Told to stop, it ends its task, or puts one that takes long back for another worker."""
    _check_tables()
    if options.with_parent:
        leave_with_parent()
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("stuurhut.worker").setLevel(logging.INFO)
    Worker(registered()).run()
    return 0


def _address_arguments(parser: Parser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on; 0.0.0.0 for the whole network"))
    parser.add_argument("--port", default=8000, type=whole_number("--port", 1, 65535), help=_("port to listen on"))


def _parent_argument(parser: Parser) -> None:
    parser.add_argument(
        "--with-parent", action="store_true", help=_("stop when the process that started this one is gone")
    )


def _check_tables() -> None:
    if waiting_migrations():
        raise Failed(_("The tables of the database are not those of this version yet; run `stuurhut migrate` first."))


def collect_static() -> None:
    """Gathers and compresses what pages load, when something changed since the last time."""
    stamp, state = Path(settings.STATIC_ROOT) / ".stamp", _static_state()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state, encoding="utf-8")


def _static_state() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    return digest.hexdigest()


def _check_free(host: str, port: int) -> None:
    """Raises Failed when the address cannot be listened on."""
    try:
        with socket.create_server((host, port), reuse_port=False):
            return
    except OSError as error:
        raise Failed(
            _("%(host)s:%(port)s cannot be used (%(why)s); choose another with --host and --port.")
            % {"host": host, "port": port, "why": os.strerror(error.errno) if error.errno else error}
        ) from error


def _serve(host: str, port: int) -> None:
    from granian import Granian  # `up` and `worker` do without
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "stuurhut.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=whole_number("STUURHUT_WORKERS", 1, 64)(settings.WORKERS),
        blocking_threads=THREADS,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    )
    server.serve()


def _greet(host: str, port: int) -> None:
    """Says where it is and how to get in, once the first page is ready: making that one takes seconds."""
    while not _answers("127.0.0.1" if host == "0.0.0.0" else host, port):  # noqa: S104
        time.sleep(0.1)
    address = settings.PUBLIC_URL or f"http://{host}:{port}"
    say(_("Stuurhut is at %(address)s; Ctrl-C stops it.") % {"address": address})
    say(first_login())
    sys.stdout.flush()


def _answers(host: str, port: int) -> bool:
    door = HTTPConnection(host, port, timeout=60)
    try:
        door.request("GET", "/auth/login/")
        door.getresponse().read()
    except OSError:
        return False
    finally:
        door.close()
    return True


def first_login() -> str:
    """How to get in, in one sentence."""
    if not User.objects.exists():
        return _("Nobody can log in yet: the first page asks for the first administrator.")
    from stuurhut.site.demo import LOGINS

    known = {
        user.email: user for user in User.objects.filter(email__in=[login.email for login in LOGINS], is_active=True)
    }
    ways = [f"{login.email} / {login.password}" for login in LOGINS if login.email in known]
    if not ways:
        return _("Log in with your own address; `stuurhut user add` makes a login.")
    return _("Log in to the demo company (address / password): %(ways)s") % {"ways": ", ".join(ways)}
