"""The one registry of rules: codes, labels, pages, and the functions that check.

A rule is a function under `rule` in a file named by its label, with its page, a file of
Markdown of the same name, beside it. The page's first line is the code and the label,
its third the title: `zoo explain` reads the pages alone, and imports no rule.

The letter of a code is the side on which a finding is: ``D`` the data themselves, ``P``
the preparation of the rows, ``N`` the network and its training. ``S`` are symptoms,
which are seen and never blamed, ``G`` golden tests.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

from ..results.diagnosis import Side

_LETTERS: dict[str, Side] = {"N": "network", "P": "preparation", "D": "data"}
_FOLDERS = ("baselines/rules", "zoo/diagnosis/rules", "zoo/diagnosis/probe")
"""Folders of the package with pages. They are read as files: nothing is imported."""
_HEAD = re.compile(r"# (?P<code>[DPNSG]\d{3}) (?P<label>[a-z-]+)\n\n(?P<title>.+)\n")


@dataclass(frozen=True)
class Rule:
    """A named check. Its code never changes its meaning, and is never given twice.

    Parameters
    ----------
    code, label : str
        Either names the rule, e.g. ``"P704"`` and ``"rows-not-shuffled"``.
    title : str
        One line on what it finds.
    path : Traversable
        Of its page.
    """

    code: str
    label: str
    title: str
    path: Traversable

    @cached_property
    def page(self) -> str:
        """The page, as Markdown."""
        return self.path.read_text("utf-8")

    @property
    def summary(self) -> str:
        """The page's first section, on what it sees, on one line."""
        section = self.page.split("\n## ")[1].partition("\n")[2]
        return " ".join(section.split())


def _read_pages() -> Iterator[Rule]:
    root = files(__name__.split(".")[0])
    for folder in _FOLDERS:
        for path in root.joinpath(folder).iterdir():
            if path.name.endswith(".md") and path.name != "README.md":
                yield read_head(path)


def read_head(path: Traversable) -> Rule:
    """Return a rule by the first lines of its page.

    Raises
    ------
    ValueError
        They are not its code, label and title.
    """
    with path.open(encoding="utf-8") as page:
        head = "".join(page.readline() for _ in range(3))
    found = _HEAD.fullmatch(head)
    if found is None or found["label"].replace("-", "_") != path.name[: -len(".md")]:
        msg = f"{path.name} begins with {head!r}; it must begin with '# CODE label' of"
        raise ValueError(f"{msg} the file's name, an empty line and the title")
    return Rule(**found.groupdict(), path=path)


RULES: dict[str, Rule] = {
    rule.code: rule for rule in sorted(_read_pages(), key=lambda rule: rule.code)
}
"""Code -> rule, in the order of the codes."""

_Check = TypeVar("_Check", bound=Callable[..., Any])


@dataclass(frozen=True)
class _Registered:
    code: str
    order: int
    check: Callable[..., Any]


_registered: list[_Registered] = []


def rule(code: str, *, order: int = 0) -> Callable[[_Check], _Check]:
    """Register a function as the check of a rule.

    Parameters
    ----------
    code : str
        Of a rule that has a page.
    order : int, default 0
        Place among the rules of a folder; of one place, codes decide.

    Raises
    ------
    KeyError
        No page has this code.
    """
    known = RULES[code]

    def register(check: _Check) -> _Check:
        _registered.append(_Registered(known.code, order, check))
        return check

    return register


def checks(module: str, *, letters: str = "DPN") -> dict[Callable[..., Any], str]:
    """Return the checks in the folder of a module and their codes, in their order.

    All modules of the folder are imported.

    Parameters
    ----------
    module : str
        Its full name, ``__name__``.
    letters : str, default "DPN"
        First letters of the codes wanted.
    """
    package = module.rpartition(".")[0]
    for found in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{found.name}")
    own = [
        r
        for r in _registered
        if r.check.__module__.rpartition(".")[0] == package and r.code[0] in letters
    ]
    return {r.check: r.code for r in sorted(own, key=lambda r: (r.order, r.code))}


def rule_side(code: str) -> Side:
    """Return the side on which the findings of a rule are.

    Raises
    ------
    KeyError
        Symptoms and golden tests are on no side.
    """
    return _LETTERS[code[0]]
