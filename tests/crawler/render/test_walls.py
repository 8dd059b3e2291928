"""Whatever a page tries, and even with nothing intercepted, the browser reaches no one by itself."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any

import pytest

ATTEMPTS = """<!doctype html><p>A page.</p><script>
const TCP = 'http://127.0.0.1:%d', UDP = %d;
const put = html => document.body.insertAdjacentHTML('beforeend', html);
fetch(TCP + '/fetch').catch(() => 0);
new WebSocket(TCP.replace('http', 'ws'));
new Image().src = TCP + '/picture';
navigator.sendBeacon(TCP + '/beacon', 'x');
new EventSource(TCP + '/events');
for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'modulepreload'])
  put('<link rel=' + rel + ' as=script href="' + TCP + '/' + rel + '">');
new Worker(URL.createObjectURL(new Blob(["fetch('" + TCP + "/worker')"])));
new SharedWorker(URL.createObjectURL(new Blob(["fetch('" + TCP + "/shared')"])));
window.open(TCP + '/window');
if (window.WebTransport) new WebTransport('https://127.0.0.1:' + UDP + '/').ready.catch(() => 0);
const servers = [{urls: 'stun:127.0.0.1:' + UDP}, {urls: TCP.replace('http://', 'turn:') + '?transport=tcp',
  username: 'a', credential: 'b'}];
const call = new RTCPeerConnection({iceServers: servers});
call.createDataChannel('x');
call.createOffer().then(offer => call.setLocalDescription(offer));
const answer = new RTCPeerConnection();
const mark = Array(32).fill('AA').join(':');
answer.setRemoteDescription({type: 'offer', sdp: ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0',
  'a=group:BUNDLE 0', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx', 'a=fingerprint:sha-256 ' + mark, 'a=setup:actpass', 'a=mid:0',
  'a=sctp-port:5000', 'a=candidate:1 1 udp 2122260223 127.0.0.1 ' + UDP + ' typ host', ''].join('\\r\\n')})
  .then(() => answer.createAnswer()).then(made => answer.setLocalDescription(made));
</script>"""
SECONDS = 3.0
"""What a page gets to reach someone. Without the walls the first connection comes within a tenth of it."""
PATIENCE = 20.0
"""What it gets where it is to reach someone, on a machine that has much to do."""


async def _reached(program: str, hoped_for: frozenset[str] = frozenset(), **launch: Any) -> set[str]:
    """What arrived on loopback from the page above: ``tcp``, ``udp``; waits for what is hoped for."""
    from playwright.async_api import Route, async_playwright

    reached: set[str] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.add("tcp")
        writer.close()

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        datagrams.setblocking(False)
        page_text = ATTEMPTS % (listening.sockets[0].getsockname()[1], datagrams.getsockname()[1])

        async def answer(route: Route) -> None:
            if route.request.url == "http://page.example/":
                await route.fulfill(body=page_text, content_type="text/html")
            else:
                await route.continue_()  # as if nothing were intercepted

        async with listening, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False, **launch)
            page = await browser.new_page()
            await page.route("**", answer)
            await page.goto("http://page.example/", wait_until="commit")
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    while hoped_for and not hoped_for <= reached:
                        await asyncio.sleep(0.1)
                        reached |= _datagram(datagrams)
            await asyncio.sleep(SECONDS)
            await browser.close()
        return reached | _datagram(datagrams)


def _datagram(socket_: socket.socket) -> set[str]:
    try:
        socket_.recv(2_000)
    except BlockingIOError:
        return set()
    return {"udp"}


@pytest.mark.slow
def test_nothing_gets_out(chromium: str) -> None:
    from crawler.render.browser import NOWHERE, WALLS

    assert asyncio.run(_reached(chromium, args=list(WALLS), proxy=NOWHERE)) == set()


@pytest.mark.slow
def test_without_the_walls_all_of_it_would(chromium: str) -> None:
    assert asyncio.run(_reached(chromium, frozenset({"tcp", "udp"}))) == {"tcp", "udp"}


@pytest.mark.slow
@pytest.mark.parametrize(("wall", "left"), [(0, {"udp"}), (1, {"tcp"})], ids=["names", "udp"])
def test_each_wall_stops_what_the_other_lets_through(chromium: str, wall: int, left: set[str]) -> None:
    from crawler.render.browser import WALLS

    assert asyncio.run(_reached(chromium, frozenset(left), args=[WALLS[wall]])) == left
