"""Bulk that real pages carry and no reader sees: style presets, icons, image sizes."""

from __future__ import annotations

import hashlib

COLORS = (
    "black cyan-bluish-gray white pale-pink vivid-red luminous-vivid-orange luminous-vivid-amber light-green-cyan "
    "vivid-green-cyan pale-cyan-blue vivid-cyan-blue vivid-purple base contrast accent-1 accent-2 accent-3"
).split()
GRADIENTS = (
    "vivid-cyan-blue-to-vivid-purple light-green-cyan-to-vivid-green-cyan "
    "luminous-vivid-amber-to-luminous-vivid-orange luminous-vivid-orange-to-vivid-red "
    "very-light-gray-to-cyan-bluish-gray cool-to-warm-spectrum "
    "blush-light-purple blush-bordeaux luminous-dusk pale-ocean electric-grass midnight"
).split()
SIZES = "small medium large x-large xx-large".split()
WIDTHS = (300, 768, 1024, 1536, 2048)


def preset_css() -> str:
    """The block of ``--wp--preset--*`` variables and classes that WordPress prints into every head."""
    variables = [f"--wp--preset--color--{name}: #{_hex(name)};" for name in COLORS]
    variables += [
        f"--wp--preset--gradient--{name}: linear-gradient(135deg,#{_hex(name)} 0%,#{_hex(name[::-1])} 100%);"
        for name in GRADIENTS
    ]
    variables += [f"--wp--preset--font-size--{name}: {13 + 7 * step}px;" for step, name in enumerate(SIZES)]
    rules = [
        f".has-{name}-{suffix}{{{prop}: var(--wp--preset--color--{name}) !important;}}"
        for name in COLORS
        for suffix, prop in (
            ("color", "color"),
            ("background-color", "background-color"),
            ("border-color", "border-color"),
        )
    ]
    rules += [
        f".has-{name}-gradient-background{{background: var(--wp--preset--gradient--{name}) !important;}}"
        for name in GRADIENTS
    ]
    rules += [f".has-{name}-font-size{{font-size: var(--wp--preset--font-size--{name}) !important;}}" for name in SIZES]
    return ":root{" + "".join(variables) + "}" + "".join(rules)


def element_css(prefix: str, ids: list[str]) -> str:
    """A page builder's style sheet: a handful of rules for every element of the page."""
    rules: list[str] = []
    for element in ids:
        base = f".{prefix} .{prefix}-element.{prefix}-element-{element}"
        rules.append(
            f"{base}{{--display:flex;--flex-direction:column;--container-widget-width:calc( ( 1 - var( "
            f"--container-widget-flex-grow ) ) * 100% );--margin-top:0px;--padding-top:{len(rules) % 5}em;}}"
            f"{base} .{prefix}-heading-title{{font-size:{18 + len(rules) % 9}px;font-weight:600;line-height:1.3em;}}"
            f"@media(max-width:1024px){{{base}{{--width:100%;}}}}"
        )
    return "".join(rules)


def hashed_css() -> str:
    """Rules under hashed names, as style libraries write them at build time."""
    rules = [
        f".{_hex(f'class {n}', 5)}-{n % 7}{{display:{('flex', 'grid', 'block')[n % 3]};padding:{n % 24}px {n % 16}px;"
        f"color:var(--c-{n % 9});font:{400 + 100 * (n % 4)} {12 + n % 20}px/1.{n % 6 + 2} var(--font-{n % 3})}}"
        for n in range(200)
    ]
    return "".join(rules)


def old_css() -> str:
    """A style sheet of the age of tables."""
    names = (
        "page head slogan menu m left center right box h t rates news newstitle newsinfo newstext small quote data adv"
    )
    names += " more comments c foot speedbar tags tgpromo navigation title list print"
    return "\n".join(
        f".{name} {{ font-family: Tahoma, Verdana, Arial; font-size: {11 + n % 4}px; color: #{_hex(name)}; "
        f"background: url(/images/bg_{name}.gif) repeat-x; padding: {n % 6}px; border: {n % 2}px solid #c9d2d8; }}\n"
        f".{name} a, .{name} a:visited {{ color: #{_hex(name + 'a')}; text-decoration: none; }}\n"
        f".{name} a:hover, .{name} a:active {{ color: #{_hex(name + 'h')}; text-decoration: underline; }}"
        for n, name in enumerate(names.split())
    )


def token(*parts: object) -> str:
    """Seven hexadecimal digits that stay the same on every build: element ids, hashed class names, nonces."""
    return _hex("/".join(map(str, parts)), 7)


def srcset(url: str) -> str:
    """The ``srcset`` WordPress prints for an uploaded picture."""
    stem, _, ending = url.rpartition(".")
    return ", ".join(f"{stem}-{width}x{width * 9 // 16}.{ending} {width}w" for width in WIDTHS)


def _hex(text: str, digits: int = 6) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:digits]
