"""Writes docs/api.md: the public names of `learnable`, from their docstrings.

``--check`` writes nothing and exits with 1 if the page is not up to date.
"""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import learnable

PAGE = Path(__file__).with_name("api.md")
HEAD = """# From Python

Made by `make docs` from the docstrings; do not edit. `import learnable` loads nothing
heavy: a name is imported when it is first used. Errors that a user can mend are
`learnable.ZooError`.
"""
_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_SKIP = re.compile(r"  # doctest: \+SKIP$", re.MULTILINE)
_LISTS = {"Parameters", "Attributes", "Returns", "Yields", "Raises"}


def page() -> str:
    return "\n".join([HEAD, *(entry(name) for name in learnable.__all__)])


def entry(name: str) -> str:
    """The section of a public name; of a class with its documented members."""
    found = getattr(learnable, name)
    parts = [f"## `{name}`\n", _call(f"learnable.{name}", found)]
    parts.append(markdown(found.__doc__ or ""))
    if inspect.isclass(found):
        parts += [_member(key, value) for key, value in vars(found).items()]
    return "\n".join(part for part in parts if part)


def _member(name: str, value: Any) -> str:
    """The section of a method or property; "" for what is private or says nothing.

    Also "" for what scikit-learn puts into each estimator, in changing words.
    """
    plain = getattr(value, "__func__", value)
    if type(plain).__module__.startswith("sklearn."):
        return ""
    if name.startswith("_") or not (callable(plain) or hasattr(plain, "__get__")):
        return ""
    said = plain.__doc__ or ""
    call = _call(name, plain) if callable(plain) else ""
    parts = [f"### `{name}`\n", call, markdown(said)]
    return "\n".join(part for part in parts if part) if said else ""


def _call(name: str, found: Any) -> str:
    """Name, arguments and defaults in a block; their types are in the text."""
    if inspect.isclass(found) and issubclass(found, Exception):
        return ""
    bare = [
        p.replace(annotation=p.empty)
        for p in inspect.signature(found).parameters.values()
        if p.name not in ("self", "cls")
    ]
    shown = textwrap.fill(
        f"{name}{inspect.Signature(bare)}",
        88,
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    return f"```python\n{shown}\n```\n"


def markdown(docstring: str) -> str:
    """A docstring in numpydoc's form as Markdown."""
    text = inspect.cleandoc(docstring)
    first, *rest = _HEADING.split(text)
    parts = [_prose(first)]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        made = _list(body) if title in _LISTS else _prose(body)
        parts.append(f"**{title}**\n\n{made}")
    return "\n".join(part for part in parts if part.strip())


def _list(body: str) -> str:
    """Names and types with what is said of each, as a list."""
    return "\n".join(_items(body)) + "\n"


def _items(body: str) -> Iterator[str]:
    for block in re.split(r"\n(?=\S)", body.strip()):
        head, _, said = block.partition("\n")
        names, _, kind = head.partition(" : ")
        label = ", ".join(f"`{name}`" for name in names.split(", "))
        label += f" : {kind}" if kind else ""
        lines = " ".join(line.strip() for line in said.splitlines() if line.strip())
        item = f"- {label}" + (f"  \n  {lines}" if lines else "")
        yield item.replace("``", "`")


def _prose(text: str) -> str:
    """Paragraphs, and examples as code."""
    blocks = [
        f"```pycon\n{_SKIP.sub('', block)}\n```"
        if block.startswith(">>>")
        else block.replace("``", "`")
        for block in re.split(r"\n\n+", text.strip())
    ]
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(not PAGE.exists() or PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
