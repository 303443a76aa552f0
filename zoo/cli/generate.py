"""``zoo generate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..console import json_line
from . import options

if TYPE_CHECKING:
    import numpy as np

    from ..run_files import Inputs


@click.command(
    "generate",
    epilog="\b\nExamples:\n"
    '  zoo generate last --seed-text "KING" --length 300\n'
    "  zoo generate lstm-characters --temperature 0.5",
)
@click.argument("run")
@click.option(
    "--seed-text", default="\n", help="Text to continue (default: a line break)."
)
@click.option(
    "--length", type=click.IntRange(1), default=500, show_default=True,
    help="Number of characters to write.",
)  # fmt: skip
@click.option(
    "--temperature", type=click.FloatRange(0, min_open=True), default=0.8,
    show_default=True, help="Temperature of the sampling; higher is more random.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True,
    help="Seed of the sampling.",
)  # fmt: skip
@options.out_option
@options.json_option
def generate_command(
    run: str,
    seed_text: str,
    length: int,
    temperature: float,
    seed: int,
    out: Path,
    as_json: bool,
) -> None:
    """Generate text with a network that was trained on text.

    RUN is a run's folder, its name, a part of it, or `last`. The share of the generated
    text that is copied from the training text is reported.
    """
    from ...data.characters import copied_share
    from ...data.disk import read_regular
    from ...data.errors import BadData
    from ...reports.text import clean
    from ..run_files import TRAINING_TEXT
    from ..runs.folder import find_run, read_settings
    from .predict import matches_settings

    folder = find_run(run, out)
    _, inputs = read_settings(folder)
    start = _codes(seed_text, inputs)
    source = folder / TRAINING_TEXT
    if not source.is_file():
        msg = f"the run {folder.name} lacks its training text {TRAINING_TEXT}"
        raise BadData(f"{msg}; train the network again")
    with matches_settings(folder):
        text = _write(folder, inputs, start, length, temperature, seed)
    share, longest = copied_share(text, read_regular(source).decode("utf-8", "replace"))
    if as_json:
        facts = {"seed_text": seed_text, "text": text}
        facts |= {"verbatim": share, "longest": longest}
        click.echo(json_line(facts))
        return
    click.echo(clean(seed_text + text, sys.maxsize))
    sentence = (
        f"{share:.0%} of it is copied from the training text in runs of 20 or more"
    )
    click.echo(f"{sentence} characters; the longest run has {longest}", err=True)


def _codes(seed_text: str, inputs: Inputs) -> np.ndarray:
    """The codes of the text to go on from.

    Raises
    ------
    Misuse
        The run's network is not one of characters, or has not seen one of these.
    """
    import numpy as np

    from ...data.errors import Misuse

    if inputs.task != "characters":
        msg = f"the run's network does {inputs.task} on {inputs.dataset}, and writes no"
        raise Misuse(f"{msg} text; train one with `zoo train lstm-characters`")
    places = {c: i for i, c in enumerate(inputs.classes)}
    odd = sorted({c for c in seed_text if c not in places})
    if odd or not seed_text:
        what = f"contains {''.join(odd[:10])!r}" if odd else "is empty"
        msg = f"--seed-text {what}; use one or more characters of the training text:"
        raise Misuse(f"{msg} {''.join(inputs.classes)!r}")
    return np.array([places[c] for c in seed_text])


def _write(
    folder: Path, inputs: Inputs, start: Any, length: int, temperature: float, seed: int
) -> str:
    from ..networks.language_model import write
    from ..networks.load_model import load_network

    model = load_network(folder)
    codes = write(model, start, length=length, temperature=temperature, seed=seed)
    return "".join(inputs.classes[code] for code in codes)
