"""Plain data as dataclasses: what does not fit is one line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from learnable.data.errors import Misuse, UnknownName
from learnable.data.structure import strict_converter, structure


@dataclass(frozen=True)
class Part:
    name: str
    share: float = 0.5
    kind: Literal["even", "odd"] = "even"

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise Misuse(f"share is {self.share}; it must be from 0 to 1")


@dataclass(frozen=True)
class Whole:
    count: int
    parts: tuple[Part, ...] = ()
    scores: dict[str, Part] | None = None
    words: tuple[str, ...] = ()
    reach: tuple[float, float] | None = None
    is_on: bool = True


GOOD = {"count": 1, "parts": [{"name": "a"}], "scores": {"x": {"name": "b"}}}


def test_lists_are_tuples_and_whole_numbers_do_for_floats() -> None:
    made = structure({**GOOD, "words": ["a"], "reach": [0, 1.5]}, Whole)
    assert made == Whole(1, (Part("a"),), {"x": Part("b")}, ("a",), (0.0, 1.5))
    assert isinstance(structure({"name": "a", "share": 1}, Part).share, float)


DEEP: list[Any] = []
for _ in range(500):
    DEEP = [DEEP]

WRONG = {
    "no object": ([1], "it is [1]; it must be an object of settings"),
    "nothing": (None, "it is None; it must be an object of settings"),
    "empty": ({}, "it lacks count"),
    "misspelt": ({"cuont": 1}, "no setting is named 'cuont'. Did you mean 'count'?"),
    "text": ({"count": "1"}, "count is '1'; it must be a whole number"),
    "truth": ({"count": True}, "count is True; it must be a whole number"),
    "number": ({"count": 1, "is_on": 0}, "is_on is 0; it must be true or false"),
    "huge": (
        {"count": 1, "parts": [{"name": "", "share": 10**400}]},
        "parts[0].share is 1000",
    ),
    "text for a list": (
        {"count": 1, "words": "ab"},
        "words is 'ab'; it must be a list, each of it text",
    ),
    "object for a list": ({"count": 1, "words": {"a": 1}}, "words is {'a': 1}; it"),
    "list for an object": ({"count": 1, "scores": ["a"]}, "scores is ['a']; it must"),
    "null or": ({"count": 1, "reach": 3}, "or null"),
    "short": (
        {"count": 1, "reach": [3]},
        "reach is [3]; it must be a list of 2 values",
    ),
    "in a list": (
        {"count": 1, "parts": [{"name": "a"}, {"name": 3}]},
        "parts[1].name is 3; it must be text",
    ),
    "no part": ({"count": 1, "parts": [3]}, "parts[0] is 3; it must be an object"),
    "missing in a list": ({"count": 1, "parts": [{}]}, "parts[0] lacks name"),
    "unknown in a list": (
        {"count": 1, "parts": [{"name": "a", "shar": 1}]},
        "parts[0] has name, share, kind",
    ),
    "by name": ({"count": 1, "scores": {"x y": 3}}, "scores.x y is 3; it must be"),
    "choice": (
        {"count": 1, "scores": {"x": {"name": "a", "kind": "both"}}},
        "scores.x.kind is 'both'; it must be one of even, odd",
    ),
    "odd choice": (
        {"count": 1, "parts": [{"name": "a", "kind": []}]},
        "parts[0].kind is []; it must be one of even, odd",
    ),
    "range": (
        {"count": 1, "parts": [{"name": "a", "share": 7}]},
        "share is 7.0; it must be from 0 to 1",
    ),
    "deep": ({"count": DEEP}, "count is [[["),
    "deep in a list": ({"count": 1, "words": DEEP}, "words[0] is [[["),
    "long": ({"count": "x" * 10_000}, "count is 'xxx"),
}


@pytest.mark.parametrize("what", WRONG)
def test_misfit_is_one_short_line(what: str) -> None:
    facts, said = WRONG[what]
    with pytest.raises(Misuse) as caught:
        structure(facts, Whole)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_path_begins_with_what_the_facts_are() -> None:
    with pytest.raises(Misuse, match=r"^data\.count is None; it must be a whole"):
        structure({"count": None}, Whole, "data")
    with pytest.raises(Misuse, match=r"^data lacks count"):
        structure({}, Whole, "data")
    with pytest.raises(UnknownName, match="data has count, parts"):
        structure({"counts": 1}, Whole, "data")


def test_unknown_fields_may_be_passed_over() -> None:
    converter = strict_converter(forbid_extra_keys=False)
    assert structure({"count": 1, "more": 2}, Whole, converter=converter) == Whole(1)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["count", "parts", "name", "scores", "reach", "x"]), inner
        )
    ),
    max_leaves=10,
)


@given(facts=json_like)
def test_anything_fits_or_is_refused_in_one_line(facts: Any) -> None:
    try:
        made = structure(facts, Whole)
    except Misuse as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert isinstance(made.count, int)
        assert all(math.isfinite(part.share) for part in made.parts)
