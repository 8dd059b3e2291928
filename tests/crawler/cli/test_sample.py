"""``newsmint sample``: what a person sees of the bundled newsroom."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request

from click.testing import CliRunner

from crawler.cli import cli


def test_list_shows_sites_verdicts_and_titles() -> None:
    result = CliRunner().invoke(cli, ["sample", "list"])
    assert result.exit_code == 0
    assert re.search(r"muenzblatt\.example +paywalled +Die Wette auf hohe Zinsen", result.stdout)


def test_list_as_json_is_one_page_a_line() -> None:
    result = CliRunner().invoke(cli, ["sample", "list", "--json"])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert len({row["url"] for row in rows}) == len(rows) >= 50
    assert {"host": "coinharbor.example", "verdict": "password"}.items() <= next(
        r for r in rows if "members" in r["url"]
    ).items()


def test_serve_says_where_and_answers_there() -> None:
    command = [sys.executable, "-c", "from crawler.cli import main; main()", "sample", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, line
            with urllib.request.urlopen(address[0], timeout=10) as response:
                assert b"coinharbor.example" in response.read()
        finally:
            process.terminate()
