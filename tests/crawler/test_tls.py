"""A certificate that does not hold is a failure with a name; nothing is asked of the server behind it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from trafilatura.settings import DEFAULT_CONFIG

from crawler import settings
from crawler.fetch import fetch
from pipelines.errors import Unreachable
from tests.crawler.conftest import Crawl


def _signed_by_itself(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(private + certificate.public_bytes(pem))
    return file


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Address of a server with a certificate of its own making, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """The client hangs up, as it should."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_signed_by_itself(tmp_path))
    running = Server(("127.0.0.1", 0), Handler)
    running.socket = context.wrap_socket(running.socket, server_side=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    with suppress(OSError):
        running.server_close()
    thread.join()


@pytest.mark.slow
def test_a_crawl_says_tls_and_asks_nothing(server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = server
    sources = tmp_path / "sources.toml"
    sources.write_text(f'[cove]\ndomain = "127.0.0.1"\nallow_private = true\nfeeds = ["{address}/feed/"]\n')
    crawl = Crawl(sources, tmp_path / "news.sqlite3")
    finished = crawl.run()
    assert "cove was not reached: tls" in finished.stdout + finished.stderr
    assert finished.returncode == 1
    assert crawl.rows("SELECT DISTINCT outcome, error FROM fetch") == [("failed", "tls")]
    assert asked == []


def test_a_single_fetch_says_so_too(server: tuple[str, list[str]]) -> None:
    address, asked = server
    with pytest.raises(Unreachable, match="gives no connection that is secure"):
        fetch(f"{address}/", allow_private=True)
    assert asked == []


def test_what_would_weaken_a_crawl_is_off() -> None:
    assert settings.DOWNLOAD_VERIFY_CERTIFICATES
    assert not settings.REMOTE_CONTROL_ENABLED
    assert not settings.TELNETCONSOLE_ENABLED
    assert not settings.COOKIES_ENABLED
    assert not settings.METAREFRESH_ENABLED
    assert settings.DOWNLOAD_HANDLERS["file"] is None
    import_module("pipelines.extraction.body")  # the only one to call trafilatura
    assert not DEFAULT_CONFIG.getboolean("DEFAULT", "INSECURE_SSL_FALLBACK")
