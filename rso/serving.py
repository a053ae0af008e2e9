"""Serves the site by gunicorn on the loopback address."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from rso.troubles import Trouble


class PortTaken(Trouble):
    """Another program listens on the port."""


def check_port(port: int) -> None:
    """Raises PortTaken where the port cannot be had."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            reason = "taken by another program" if port >= 1024 else "not for this user"
            other = max(port, 1023) + 1 if port < 65535 else 8000
            says = f"Port {port} is {reason}. Choose another: make demo PORT={other}, or rso serve --port {other}"
            raise PortTaken(says) from error


def collect() -> None:
    """Brings translations and static files to where the server reads them; does nothing where they are newer than theirs."""
    from django.conf import settings
    from django.core.management import call_command

    from rso.core.messages import compile_messages

    compile_messages()
    collected = Path(settings.VAR) / "collected"
    sources = [path.stat().st_mtime for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*")]
    if not collected.exists() or collected.stat().st_mtime < max(sources):
        # What a killed process has left of the list of files could not be read.
        (Path(settings.STATIC_ROOT) / "staticfiles.json").unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        collected.touch()


def serve_on(port: int, workers: int) -> None:
    """Serves until it is stopped. Raises PortTaken."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.glogging import Logger

    from rso import metrics

    class ThroughOurs(Logger):  # type: ignore[misc]
        """What the server says of a request that it cannot read names who sent it: it goes the way of all lines."""

        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    check_port(port)
    collect()

    class Site(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            settings = {
                "bind": f"127.0.0.1:{port}",
                "workers": workers,
                "worker_class": "gthread",
                "threads": 4,
                "preload_app": True,
                "loglevel": "warning",
                "control_socket_disable": True,
                "logger_class": ThroughOurs,
                "post_fork": lambda _server, worker: metrics.begin(worker.age),
            }
            for name, value in settings.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            from rso.wsgi import application

            return application

    print(f"Serving http://localhost:{port}  (stop with Ctrl-C)", flush=True)
    Site().run()
