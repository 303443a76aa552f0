"""Colours of the page: contrast, and what is left of them for colour-blind readers."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from learnable.reports import svg
from learnable.reports.html import style
from learnable.reports.svg import LAYERS, LIGHT

VIEWS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Machado, Oliveira, Fernandes 2009, A physiologically-based model for simulation of
color vision deficiency, severity 1.0: linear RGB to linear RGB."""

APART = 20.0
"""Least distance in CIELAB. Stone, Szafir, Setlur 2014, An engineering model for color
difference as a function of size: along b*, the worst axis, half of the viewers tell
5.35 + 2.87 / s apart; 14 at s = 1/3 degree, the smallest tested, and 17 at a quarter,
about the size of a mark."""

TEXT, GRAPHIC = 4.5, 3.0
"""WCAG 2.2, success criteria 1.4.3 and 1.4.11, level AA."""

MARKS = ("accent", "soft", "train", "other")
TONES = ("good", "bad", "warn", "open", "none")
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Of linear sRGB, IEC 61966-2-1, white D65."""


def palettes() -> dict[str, dict[str, str]]:
    """The variables for light, dark and print; the last two change some of them."""
    blocks = re.findall(r"\.zoo \{([^}]*--paper:[^}]*)\}", style())
    light, dark, paper = (dict(re.findall(r"--([\w-]+): ([^;]+)", b)) for b in blocks)
    return {"light": light, "dark": light | dark, "print": light | paper}


PALETTES = palettes()


def shares_of(colour: str) -> np.ndarray:
    digits = colour.removeprefix("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    return np.array([int(digits[i : i + 2], 16) for i in (0, 2, 4)]) / 255


def linear(colour: str) -> np.ndarray:
    return from_srgb(shares_of(colour))


def from_srgb(shares: np.ndarray) -> np.ndarray:
    return np.where(
        shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4
    )


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB, CIE 15."""
    share = TO_XYZ @ np.clip(rgb, 0, 1) / TO_XYZ.sum(axis=1)
    bent = np.where(
        share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29
    )
    x, y, z = bent
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(first: str, second: str, view: str) -> float:
    seen = [lab(VIEWS[view] @ linear(colour)) for colour in (first, second)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(first: np.ndarray, second: np.ndarray) -> float:
    """WCAG 2.2's ratio of two linear colours."""
    low, high = sorted(float(TO_XYZ[1] @ colour) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


def on(palette: dict[str, str], front: str, back: str) -> float:
    return contrast(linear(palette[front]), linear(palette[back]))


def test_distances_are_right_by_hand():
    assert lab(linear("#fff")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert contrast(linear("#000"), linear("#fff")) == pytest.approx(21)
    grey = "#808080"
    for view in VIEWS:  # a grey is grey to all
        assert lab(VIEWS[view] @ linear(grey)) == pytest.approx(
            lab(linear(grey)), abs=0.1
        )


@pytest.mark.parametrize("page", PALETTES)
@pytest.mark.parametrize("view", VIEWS)
def test_colours_of_charts_are_told_apart(page, view):
    palette = PALETTES[page]
    for first, second in combinations(MARKS, 2):
        far = distance(palette[first], palette[second], view)
        assert far >= APART, f"{first} and {second}: {far:.1f}"


@pytest.mark.parametrize("page", PALETTES)
@pytest.mark.parametrize("view", VIEWS)
def test_good_and_bad_are_told_apart(page, view):
    palette = PALETTES[page]
    assert distance(palette["good"], palette["bad"], view) >= APART


@pytest.mark.parametrize("page", PALETTES)
def test_texts_have_contrast(page):
    palette = PALETTES[page]
    for back in ("paper", "card"):
        for front in ("ink", "muted", *TONES):
            assert on(palette, front, back) >= TEXT, f"{front} on {back}"
    for tone in TONES:
        assert on(palette, tone, f"{tone}-bg") >= TEXT, tone
    assert on(palette, "paper", "ink") >= TEXT  # the note of a mark


@pytest.mark.parametrize("page", PALETTES)
def test_marks_have_contrast(page):
    palette = PALETTES[page]
    for front in MARKS:
        for back in ("paper", "card"):
            assert on(palette, front, back) >= GRAPHIC, f"{front} on {back}"


@pytest.mark.parametrize("page", PALETTES)
def test_numbers_of_a_confusion_can_be_read(page):
    """Ink on every shade of right and wrong, half transparent on the paper."""
    palette = PALETTES[page]
    shades = re.findall(r"rgba\(var\(--(\w+)\), ([.\d]+)\)", style())
    assert len(shades) == 12
    paper = shares_of(palette["paper"])
    for name, share in shades:
        colour = np.array([int(part) for part in palette[name].split(",")]) / 255
        mixed = from_srgb(float(share) * colour + (1 - float(share)) * paper)
        assert contrast(linear(palette["ink"]), mixed) >= TEXT, f"{name} {share}"


def test_files_have_the_colours_of_the_light_page():
    sheets = style("compared.css")
    for name, colour in LIGHT.items():
        found = re.search(rf"--{name}: (#\w+)", sheets)  # the first is the light one
        assert found is not None
        assert found[1] == colour, name


TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""Ottosson 2020, "A perceptual color space for image processing"."""


def oklab(colour: str) -> np.ndarray:
    return TO_OKLAB @ np.cbrt(TO_LMS @ linear(colour))


def test_colours_of_layers_are_the_mixtures_that_a_browser_makes():
    ends = [oklab(LIGHT[name]) for name in ("accent", "other")]
    assert list(LAYERS)[:: len(LAYERS) - 1] == ["var(--accent)", "var(--other)"]
    for mixture, colour in list(LAYERS.items())[1:-1]:
        share = int(re.findall(r"(\d+)%", mixture)[0]) / 100
        wanted = (1 - share) * ends[0] + share * ends[1]
        assert oklab(colour) == pytest.approx(wanted, abs=0.004)  # of a byte's step


def test_no_chart_has_a_colour_that_files_lack():
    folder = Path(svg.__file__).parent
    used = {
        name
        for path in folder.rglob("*.py")
        for name in re.findall(r"var\(--([\w-]+)\)", path.read_text("utf-8"))
    }
    assert used <= set(LIGHT)
