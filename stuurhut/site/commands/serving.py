"""The commands that keep running: web server and worker, together or each alone."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from stuurhut.people.models import User
from stuurhut.site.commands.line import Failed, Options, Parser, whole_number
from stuurhut.site.commands.printing import say
from stuurhut.site.tables import migrate, waiting_migrations

THREADS = 4  # answers wait for the database and the engine, not for each other
PAUSE = 2.0  # seconds before a worker that fell over is started again


def up_arguments(parser: Parser) -> None:
    serve_arguments(parser)


def up(options: Options) -> int:
    """Everything that one machine needs: tables, static files, worker, web server."""
    _check_free(options.host, options.port)
    done = migrate()
    if done:
        say(ngettext("%(n)s change of the tables made.", "%(n)s changes of the tables made.", done) % {"n": done})
    collect_static()
    with Worker():
        _serve(options.host, options.port)
    return 0


def serve_arguments(parser: Parser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_("address to listen on; 0.0.0.0 for the whole network"))
    parser.add_argument("--port", default=8000, type=whole_number("--port", 1, 65535), help=_("port to listen on"))


def serve(options: Options) -> int:
    """The web server alone. Raises Failed when the tables are not those of this version."""
    if waiting_migrations():
        raise Failed(_("The tables of the database are not those of this version yet; run `stuurhut migrate` first."))
    _check_free(options.host, options.port)
    collect_static()
    _serve(options.host, options.port)
    return 0


def worker_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--with-parent", action="store_true", help=_("stop when the process that started this one is gone")
    )


def worker(options: Options) -> int:
    """The worker alone; it stops at the end of what it is doing when told to."""
    if waiting_migrations():
        raise Failed(_("The tables of the database are not those of this version yet; run `stuurhut migrate` first."))
    if options.with_parent:
        threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    call_command("db_worker", queue_name="*", interval=1, startup_delay=False, reload=False, verbosity=1)
    return 0


class Worker:
    """A worker beside this process, started again when it falls over, stopped at the end of the block."""

    def __enter__(self) -> Worker:
        self._is_leaving = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self._is_leaving.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "stuurhut", "worker", "--with-parent"], stdin=subprocess.DEVNULL)

    def _watch(self) -> None:
        while not self._is_leaving.is_set():
            code = self._process.wait()
            if not self._is_leaving.wait(PAUSE):
                say(_("The worker stopped with code %(code)s and is started again.") % {"code": code})
                self._process = self._start()


def _leave_with_parent(parent: int) -> None:
    """However the parent went, also when it was killed: an orphan gets another parent."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


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
    threading.Thread(target=_greet, args=(host, port), daemon=True).start()
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
