"""A mixture of two colours, as CSS makes it, for files without a style sheet."""

Triple = tuple[float, float, float]

_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
"""Between linear RGB and Oklab: Ottosson 2020, "A perceptual color space for image
processing"."""


def mixed(first: str, second: str, share: float) -> str:
    """``color-mix(in oklab, first, second share)`` of two colours like ``#2457c5``.

    Examples
    --------
    >>> mixed("#000000", "#ffffff", 0.5)
    '#636363'
    """
    one, other = _lab(first), _lab(second)
    a, b, c = ((1 - share) * u + share * v for u, v in zip(one, other, strict=True))
    lms = [v**3 for v in _times(_FROM_LAB, (a, b, c))]
    return "#" + "".join(_as_byte(v) for v in _times(_FROM_LMS, (*lms,)))


def _lab(color: str) -> Triple:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    lms = _times(_TO_LMS, (_linear(red), _linear(green), _linear(blue)))
    long, middle, short = (v ** (1 / 3) for v in lms)
    return _times(_TO_LAB, (long, middle, short))


def _times(matrix: tuple[Triple, Triple, Triple], vector: tuple[float, ...]) -> Triple:
    a, b, c = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return a, b, c


def _linear(value: float) -> float:
    """From sRGB, as IEC 61966-2-1 has it."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _as_byte(value: float) -> str:
    value = min(max(value, 0.0), 1.0)
    small = value <= 0.0031308
    value = 12.92 * value if small else 1.055 * value ** (1 / 2.4) - 0.055
    return f"{round(255 * value):02x}"
