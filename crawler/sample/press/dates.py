"""Dates as sites print them for readers."""

from __future__ import annotations

from datetime import UTC, datetime

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
FORMS = {
    "en": "{month} {day}, {year}",
    "de": "{day}. {month} {year}",
    "es": "{day} de {month} de {year}",
    "fr": "{day} {month} {year}",
    "ru": "{day} {month} {year}",
    "ja": "{year}年{number}月{day}日",
}


def human(iso: str, language: str) -> str:
    """The day in words of ``language``."""
    moment = datetime.fromisoformat(iso)
    months = MONTHS.get(language, MONTHS["en"]).split()
    return FORMS[language].format(month=months[moment.month - 1], number=moment.month, day=moment.day, year=moment.year)


def rfc822(iso: str) -> str:
    """The form of RSS: ``Tue, 03 Mar 2026 09:15:00 +0000``."""
    moment = datetime.fromisoformat(iso)
    names = "Mon Tue Wed Thu Fri Sat Sun".split()
    months = [month[:3] for month in MONTHS["en"].split()]
    return f"{names[moment.weekday()]}, {moment:%d} {months[moment.month - 1]} {moment:%Y %H:%M:%S %z}"


def http_date(iso: str) -> str:
    """The form of HTTP headers, in GMT."""
    moment = datetime.fromisoformat(iso).astimezone(UTC)
    return rfc822(moment.isoformat()).replace("+0000", "GMT")


def gmt(iso: str) -> str:
    """The form of WordPress' ``*_gmt`` fields: UTC without an offset."""
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
