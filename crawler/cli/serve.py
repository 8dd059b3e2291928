"""``newsmint serve``: the desk in the browser."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from importlib.util import find_spec

import click

from crawler.cli.common import err, out, store_option
from pipelines.errors import BadConfig, MissingInput, UsageError
from pipelines.store import open_store

PORT = 8001
PASSWORD = "NEWSMINT_DESK_PASSWORD_HASH"  # noqa: S105 (the name of a variable)
INSTALL = 'pip install "newsmint[desk]"'
MOST_AT_ONCE = 64


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Also answer to this name, for a proxy on this machine that asks who comes.",
)
@click.option("--hash-password", is_flag=True, help=f"Ask for a password and print what goes into {PASSWORD}.")
@store_option
def serve(port: int, host: str, hosts: tuple[str, ...], hash_password: bool, database: str) -> None:
    """Serve the desk: search, articles, sources, stories, assets and SQL in the browser, until Ctrl-C.

    \b
    newsmint serve
    newsmint serve --port 0
    NEWSMINT_DESK_PASSWORD_HASH='pbkdf2_sha256$…' newsmint serve --host 0.0.0.0

    The store is open read-only, while a crawl may go on writing. Only this machine is served, unless a password's hash
    is set; what leaves this machine should pass a proxy that speaks TLS. Needs the extra `desk`.
    """
    if find_spec("datasette") is None or find_spec("datasette_auth_passwords") is None:
        raise MissingInput(f"the desk is not installed: {INSTALL}")
    if hash_password:
        from datasette_auth_passwords.utils import hash_password as hashed

        click.echo(hashed(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)))
        return
    password_variable = _password_variable(host)
    with open_store(database, readonly=True) as store:
        place = store.location
    with _listening(host, port) as listener:
        from pipelines.desk.app import make_desk, warm_up

        desk = make_desk(place, hosts=hosts, password_variable=password_variable)
        asyncio.run(warm_up(desk))
        address = f"[{host}]" if ":" in host else host
        out.print(f"The desk: http://{address}:{listener.getsockname()[1]}/", markup=False)
        err.print("[dim]Ctrl-C ends it[/]")
        _run(desk.app(), listener)


def _password_variable(host: str) -> str | None:
    """The variable with the hash of the password, if one is set. UsageError where one is needed."""
    value = os.environ.get(PASSWORD)
    if not value:
        if not _is_loopback(host):
            raise UsageError(
                f"--host {host} would show the store to whoever can reach this machine: set {PASSWORD} to what "
                "`newsmint serve --hash-password` prints, or stay at 127.0.0.1"
            )
        return None
    if value.count("$") != 3 or not value.startswith("pbkdf2_sha256$"):
        raise BadConfig(f"{PASSWORD}: not the hash of a password; `newsmint serve --hash-password` prints one")
    return PASSWORD


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen at {host}, port {port}: {error.strerror or error}; --port 0 takes a free one"
        ) from error
    return listener


def _run(app: object, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # Datasette comes without types
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_AT_ONCE,
    )
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        err.print("[dim]ended[/]")
