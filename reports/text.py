"""Numbers and texts as people read them on the page."""

import math
import os
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from ..data.counts import count as count
from ..data.counts import plural as plural

MISSING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"

# Lone surrogates cannot be written as UTF-8, nor U+FFFE and U+FFFF in XML; control and
# bidirectional characters could reorder the text around them.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ufffe\uffff]"
)

_SPOKEN = {"\n": "newline", "\t": "tab", "\r": "carriage return", " ": "space"}
"""Characters that Unicode gives no name, or one that nobody uses."""


def clean(value: object, limit: int = 400) -> str:
    """A text from outside, with what cannot be shown replaced, and not too long."""
    text = UNSAFE.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS


def name(value: object, limit: int = 60) -> str:
    """A name on one line; never empty, so that it can be seen and clicked."""
    return clean(" ".join(str(value).split()) or "(no name)", limit)


def label(value: str, limit: int = 60) -> str:
    """A class as it is shown: characters that leave no mark are spelt out.

    >>> label("\\n"), label(" "), label("e"), label("\\u0301")
    ('newline', 'space', 'e', 'combining acute accent')
    """
    if len(value) != 1 or unicodedata.category(value)[0] not in "ZCM":
        return name(value, limit)
    spoken = _SPOKEN.get(value) or unicodedata.name(value, f"U+{ord(value):04X}")
    return name(spoken if spoken.startswith("U+") else spoken.lower(), limit)


def unique_names(values: Sequence[str], limit: int) -> list[str]:
    """Names cut to ``limit`` characters that still tell the values apart."""
    names: list[str] = []
    for value in values:
        label, number = name(value, limit), 2
        while label in names:
            mark = f" ({number})"
            label, number = name(value, limit - len(mark)) + mark, number + 1
        names.append(label)
    return names


def number(value: float | None, spec: str = ".3f") -> str:
    """A number by a format; ``"g"`` formats never fall into powers of ten.

    >>> number(0.91234), number(12345.6, ".3g")
    ('0.912', '12,346')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if spec.endswith("g") and 100 <= abs(value) < 1e15:
        spec = ",.0f"
    text = format(value, spec)
    if not any(c in "123456789" for c in text):
        text = text.lstrip("-")  # no negative zero
    return text.replace("-", MINUS)


def signed(value: float | None, spec: str = ".3f") -> str:
    """A difference, its sign always shown."""
    text = number(value, spec)
    return f"+{text}" if value is not None and value > 0 else text


def interval(low: float | None, high: float | None, spec: str = ".3f") -> str:
    """Both bounds, or nothing where one cannot be said."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"{number(low, spec)} to {number(high, spec)}"


def p_value(p: float) -> str:
    """Format a p-value as in print: ``p = .004``, ``p < .001``."""
    if not math.isfinite(p):
        return f"p {MISSING}"
    if p < 0.001:
        return "p < .001"
    if p > 0.999:
        return "p > .999"
    return f"p = {p:.3f}".replace("0.", ".", 1)


def percent(share: float | None, digits: int = 1) -> str:
    """A share of one, in percent."""
    if share is None or not math.isfinite(share):
        return MISSING
    return f"{number(100 * share, f'.{digits}f')} %"


def format_count(count: int) -> str:
    """A count, its thousands set apart."""
    return f"{count:,}"


def seconds(value: float | None) -> str:
    """``3 ms``, ``0.8 s``, ``12 s``, ``2 min 5 s``, ``1 h 4 min``."""
    if value is None or not math.isfinite(value):
        return MISSING
    if value < 0.0005:
        return "< 1 ms"
    if value < 0.0995:
        return f"{1000 * value:.0f} ms"
    if value < 9.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes_rest = divmod(minutes, 60)
    return f"{hours} h {minutes_rest} min" if hours else f"{minutes} min {rest} s"


def format_time(created: str) -> str:
    """ISO 8601 as ``2026-11-20 23:15 UTC``; anything else as it is."""
    try:
        when = datetime.fromisoformat(created)
    except ValueError:
        return clean(created)
    when = when.astimezone(UTC) if when.tzinfo else when
    return f"{when:%Y-%m-%d %H:%M} UTC"


def address(folder: str) -> str:
    """The address of a run's page, from a page that stands beside the run's folder.

    Names are bytes on disk and may be no UTF-8; every byte that means something in an
    address is escaped, the colon of ``javascript:`` too.
    """
    return f"{quote(os.fsencode(folder), safe='')}/report.html"
