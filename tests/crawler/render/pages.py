"""Pages whose text is made by their scripts, well-meaning and hostile ones, and what is to become of each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.crawler.newsstand import story

SECRET = "http://127.0.0.1:%(port)d/secret"
"""The site is ``localhost``, and allowed; its own machine's address is not."""


@dataclass(frozen=True)
class Row:
    """One page. ``script`` runs after the text is there; ``outcome`` is the fetch's, with its kind where it failed."""

    name: str
    script: str
    outcome: str = "new"
    headers: dict[str, str] = field(default_factory=dict)


ROWS = (
    Row("plain", ""),
    Row("metadata-service", "fetch('http://169.254.169.254/latest/meta-data/').then(leak)"),
    Row("own-machine", f"fetch('{SECRET}/fetch').then(leak)"),
    Row("spelled-otherwise", "fetch('http://2130706433:%(port)d/secret/number').then(leak)"),
    Row("mapped-address", "fetch('http://[::ffff:127.0.0.1]:%(port)d/secret/mapped').then(leak)"),
    Row("file", "fetch('file:///etc/passwd').then(leak)"),
    Row("file-frame", "put('<iframe src=\"file:///etc/passwd\"></iframe>')"),
    Row("redirect", "fetch('/to-secret').then(leak)"),
    Row("redirected-script", "put('<scr'+'ipt src=\"/to-secret\"></scr'+'ipt>'); load('/to-secret')"),
    Row("websocket", f"new WebSocket('{SECRET}/websocket'.replace('http', 'ws'))"),
    Row("own-websocket", "new WebSocket('ws://localhost:%(port)d/secret/own-websocket')"),
    Row("event-source", f"new EventSource('{SECRET}/events')"),
    Row("beacon", f"navigator.sendBeacon('{SECRET}/beacon', 'x')"),
    Row("picture", f"new Image().src = '{SECRET}/picture'; new Image().src = '/not-text/picture.png'"),
    Row("frame", 'put(\'<iframe src="/not-text/frame"></iframe><object data="/not-text/object"></object>\')'),
    Row("form", f"put('<form method=post action=\"{SECRET}/form\"></form>'); document.forms[0].submit()"),
    Row("foreign-post", f"fetch('{SECRET}/post', {{method: 'POST', body: 'x'}}).then(leak)"),
    Row("own-delete", "fetch('/not-text/delete', {method: 'DELETE'}).then(leak)"),
    Row("worker", f"new Worker(URL.createObjectURL(new Blob([\"fetch('{SECRET}/worker')\"])))"),
    Row("shared-worker", f"new SharedWorker(URL.createObjectURL(new Blob([\"fetch('{SECRET}/shared')\"])))"),
    Row("service-worker", "navigator.serviceWorker && navigator.serviceWorker.register('/not-text/service.js')"),
    Row(
        "hints",
        "for (const rel of ['preconnect', 'prefetch', 'preload', 'prerender', 'dns-prefetch', 'modulepreload'])"
        f" put('<link rel=' + rel + ' as=script href=\"{SECRET}/' + rel + '\">')",
    ),
    Row("forbidden-by-robots", "fetch('/forbidden/data.json').then(leak)"),
    Row("leads-elsewhere", "location.href = '/not-text/elsewhere'"),
    Row("reloads", "location.reload()"),
    Row("opens-windows", "for (let i = 0; i < 9; i++) window.open('/not-text/window-' + i)"),
    Row("asks", "alert('a'); confirm('b'); prompt('c'); print()"),
    Row("downloads", "put('<a download=x href=\"data:text/plain,x\">x</a>'); document.links[0].click()"),
    Row("polls", "setInterval(() => fetch('/tick'), 200)"),
    Row("floods", "for (let i = 0; i < 500; i++) fetch('/flood/' + i)"),
    Row("loads-much", "for (let i = 0; i < 30; i++) fetch('/large?' + i).then(r => r.text())"),
    Row("lies-of-itself", "Object.defineProperty(Element.prototype, 'outerHTML', {get() { return '' }})"),
    Row("grows-for-ever", "setInterval(() => put('<p>more and more</p>'.repeat(50)), 10)"),
    Row("odd-headers", "", headers={"X-Odd": "caf\xe9 \x01"}),
    Row("attachment", "", headers={"Content-Disposition": "attachment; filename=page.html"}),
    Row("refreshes", "put('<meta http-equiv=refresh content=0;url=/not-text/refreshed>')", headers={"Refresh": "0"}),
    Row("forbids-scripts", "", "rejected", headers={"Content-Security-Policy": "script-src 'none'"}),
    Row("never-rests", "setTimeout(() => { while (true); }, 50)", "failed: render_timeout"),
    Row("never-begins", "while (true);", "failed: render_timeout"),
    Row("writes-much", "put('<!--' + 'word '.repeat(6e6) + '-->')", "failed: too_large"),
)
OCCUPIES_MEMORY = "const held = []; while (true) held.push(new Uint8Array(5e7).fill(1))"


def script_page(number: int, script: str, port: int) -> str:
    """A page without text; its script puts story ``number`` into it, and goes on to do what it is made for."""
    body = story(number).partition("<body>")[2].partition("</body>")[0]
    filled = script % {"port": port} if "%(" in script else script
    return f"""<!doctype html><html lang=en><head><meta charset=utf-8><title>Exchange</title></head>
<body><div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>
<script>
const put = html => document.body.insertAdjacentHTML('beforeend', html)
const leak = answer => answer.text().then(text => put('<p>LEAKED ' + text + '</p>'))
const load = src => {{ const it = document.createElement('script'); it.src = src; document.body.append(it) }}
document.getElementById('root').innerHTML = {body!r}
{filled}
</script></body></html>"""
