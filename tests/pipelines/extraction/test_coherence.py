"""Blocks that go together stay together, where only the model would part them."""

from __future__ import annotations

from tests.pipelines.extraction.apart import MORE, PROSE, apart

BODY = f"<p data-body=1>{PROSE}</p><p data-body=1>{MORE}</p>"
ROWS = "<tr><th>Town</th><th>Trucks</th></tr>" + "".join(
    f"<tr data-body=1><td>Port {n}</td><td>{n}</td></tr>" for n in range(3)
)


def test_the_head_of_a_table_stays_with_its_rows() -> None:
    parts = apart(f"<article>{BODY}<table>{ROWS}</table><p data-body=1>{MORE}</p></article>", keep=False)
    assert [block.text for block in parts.body[2:6]] == ["Town | Trucks", "Port 0 | 0", "Port 1 | 1", "Port 2 | 2"]


def test_an_item_stays_with_its_list_unless_a_rule_takes_it_out() -> None:
    items = "<li data-body=1>One hall</li><li>Two cables</li><li data-body=1>Three fans</li>"
    parts = apart(f"<article>{BODY}<ul>{items}</ul><p data-body=1>{MORE}</p></article>", keep=False)
    assert [block.text for block in parts.body[2:5]] == ["One hall", "Two cables", "Three fans"]
    parts = apart(f"<article>{BODY}<ul>{items}<li>Share this article</li></ul><p>{MORE}</p></article>", keep=False)
    assert [block.text for block in parts.body[2:]] == ["One hall", "Three fans"]


def test_a_list_that_is_hardly_body_is_not_saved() -> None:
    items = "<li data-body=1>One hall</li><li>Two cables</li><li>Three fans</li>"
    assert len(apart(f"<article>{BODY}<ul>{items}</ul></article>", keep=False).body) == 3


def test_code_among_the_paragraphs_is_text_and_code_elsewhere_is_not() -> None:
    code = "<pre>node --network test</pre>"
    assert len(apart(f"<article>{BODY}{code}<p data-body=1>{MORE}</p></article>", keep=False).body) == 4
    assert len(apart(f"<main><article>{BODY}</article><div>{code}</div></main>", keep=False).body) == 2


def test_styled_lines_between_paragraphs_are_headings_that_the_model_missed() -> None:
    line = '<div class="heading-title">Heads and {}</div>'
    markup = f"{line.format('Halls')}<p data-body=1>{MORE}</p>{line.format('Cables')}<p data-body=1>{PROSE}</p>"
    parts = apart(f"<article>{BODY}{markup}{line.format('Nothing')}</article>", keep=False)
    assert [heading.text for heading in parts.headings] == ["Heads and Halls", "Heads and Cables"]


def test_a_row_of_body_keeps_a_small_table() -> None:
    rows = "".join(
        f"<tr {'data-body=1' if row == 1 else ''}><td>Port {row}</td><td>{row}</td></tr>" for row in range(9)
    )
    table = "<table>" + rows[: rows.index("<tr ><td>Port 3")] + "</table>"
    assert len(apart(f"<article>{BODY}{table}<p data-body=1>{MORE}</p></article>", keep=False).body) == 6
    assert len(apart(f"<article>{BODY}<table>{rows}</table></article>", keep=False).body) == 3
