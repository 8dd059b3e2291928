"""Price analysis, by title and by the terms of the body; a lesson in chart reading, or news of a price, is none."""

from __future__ import annotations

import pytest

from pipelines.extraction.charts import with_charts
from pipelines.items import Evidence

CHART = (
    "ADA traded at $0.48 after it lost support at $0.50. The RSI on the daily chart stands at 38.\n\n"
    "A close above the 20-day EMA ($0.52) would open the way to resistance at $0.55 and then $0.61, the "
    "61.8% Fibonacci retracement. Below $0.45 the descending triangle points to $0.40."
)
TERMS = "RSI, moving average, Fibonacci, resistance, support, pattern, time frame"
KURS = (
    "Der Kurs notiert bei 1,92 $ unter dem Widerstand von 2,05 $. Der RSI ist auf dem Tageschart überverkauft."
    "\n\nÜber dem gleitenden Durchschnitt (2,10 $) wäre der Weg bis 2,30 $ frei, darunter "
    "wartet die Unterstützung bei 1,70 $."
)
NEWS = "Bitcoin rose to $91,000 from $88,000 after the Fed's decision. Analysts see support at $85,000."


@pytest.mark.parametrize(
    ("title", "body", "evidence"),
    [
        ("Cardano price analysis: ADA slips again", "", "title: price analysis"),
        ("XRP Price Prediction for December", "", "title: Price Prediction"),
        ("Ethereum-Kurs-Prognose: So geht es weiter", "", "title: Kurs-Prognose"),
        ("Kursanalyse: Solana vor der Entscheidung", "", "title: Kursanalyse"),
        ("Análisis de precio de Bitcoin: los toros vuelven", "", "title: Análisis de precio"),
        ("Bitcoin : analyse du cours au 12 mars", "", "title: analyse du cours"),
        ("Análise de preço: ETH testa suporte", "", "title: Análise de preço"),
        ("Analisi tecnica: Bitcoin al bivio", "", "title: Analisi tecnica"),
        ("Bitcoin fiyat analizi: yön aranıyor", "", "title: fiyat analizi"),
        ("Технический анализ биткоина на 12 марта", "", "title: Технический анализ"),
        ("ビットコイン価格分析：上値は重い", "", "title: 価格分析"),
        ("비트코인 시세 분석: 지지선 시험", "", "title: 시세 분석"),
        ("比特币行情分析：多空争夺", "", "title: 行情分析"),
        ("Analisis harga Bitcoin hari ini", "", "title: Analisis harga"),
        (
            "Bulls defend Cardano",
            CHART,
            f"body: {TERMS}",
        ),
        ("Cardano unter Druck", KURS, "body: RSI, moving average, resistance, support, time frame, extremes"),
        (None, CHART, f"body: {TERMS}"),
        ("What is technical analysis?", CHART, None),
        ("How to read Fibonacci levels: a guide", CHART, None),
        ("Technische Analyse: Was ist ein Widerstand?", KURS, None),
        ("Price prediction markets draw record volume", "", None),
        ("Bitcoin rises above $91,000", NEWS, None),
        ("A long year for charts", f"{CHART}\n\n{'and so on ' * 1_000}", None),
        ("Analysts price in a cut", "", None),
        ("Exchange lists token", "", None),
        (None, "", None),
    ],
)
def test_price_analysis(title: str | None, body: str, evidence: str | None) -> None:
    wanted = (Evidence("price_analysis", evidence),) if evidence else ()
    assert with_charts((), title, body) == wanted


def test_what_the_page_files_it_under_comes_first() -> None:
    filed = (Evidence("price_analysis", "section: Price Analysis"),)
    assert with_charts(filed, "Cardano price analysis", CHART) == filed
