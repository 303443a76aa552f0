"""The search for causes, on laboratories whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnable.zoo.diagnosis.search.search import Search
from learnable.zoo.diagnosis.search.trials import ScoreDifference, score_difference
from worlds import REACH, World, network_finding


def causes(world, findings, *, best_score=REACH):
    found = Search(world, findings, best_score=best_score).run()
    return {cause.proposal.finding.label for cause in found.causes}, found


NAMES = [f"fault-{i}" for i in range(6)]


@settings(deadline=None, max_examples=25)
@given(
    st.sets(st.sampled_from(NAMES), min_size=1, max_size=4),
    st.lists(st.sampled_from([0, 1, 2]), min_size=6, max_size=6),
)
def test_names_exactly_the_faults_that_must_all_be_mended(faults, tiers):
    findings = [network_finding(n, t) for n, t in zip(NAMES, tiers, strict=True)]
    if sum(t == 2 for n, t in zip(NAMES, tiers, strict=True) if n in faults) > 1:
        return  # of several settings one is changed at a time, or all
    assert causes(World([faults]), findings)[0] == faults


def test_names_the_nearest_of_two_repairs_that_each_do():
    world = World([{"near"}, {"far"}])
    named, _ = causes(world, [network_finding("far", 1), network_finding("near", 0)])
    assert named == {"near"}


def imbalance(side="data"):
    return replace(network_finding("D310"), side=side)


def test_class_weights_are_no_cause_where_more_training_does_as_well():
    world = World([{"mask", "D310"}, {"mask", "N205"}])
    findings = [network_finding("mask"), imbalance(), network_finding("N205", 2)]
    assert causes(world, findings)[0] == {"mask", "N205"}


class Rare(World):
    """A laboratory where class weights add a little to another repair."""

    def __init__(self, rest):
        super().__init__([{"loss", "D310"}])
        self.rest = rest

    def worth(self, repairs):
        whats = {repair.what for repair in repairs}
        return self.rest if whats == {"loss"} else super().worth(repairs)


@pytest.mark.parametrize(
    ("rest", "side", "named"),
    [
        (0.7, "data", {"loss"}),
        (0.6, "data", {"loss", "D310"}),
        (0.7, "network", {"loss", "D310"}),
    ],
)
def test_weights_of_a_rare_class_are_no_cause_beside_one_that_is_enough(
    rest, side, named
):
    findings = [network_finding("loss", 0), imbalance(side)]
    told, found = causes(Rare(rest), findings)
    assert told == named
    if "D310" not in named:  # but they are better
        assert [repair.what for repair in found.tuned] == ["D310"]


@pytest.mark.parametrize(("start", "told"), [(0.78, set()), (0.6, {"D310"})])
def test_a_rare_class_is_no_cause_in_a_network_that_learns(start, told):
    assert causes(World([{"D310"}], start=start), [imbalance()])[0] == told


def test_a_lower_rate_comes_before_gradients_that_are_cut_short():
    world = World([{"scale", "N206"}, {"scale", "N201"}])
    findings = [
        network_finding("scale"),
        network_finding("N206"),
        network_finding("N201", 2),
    ]
    assert causes(world, findings)[0] == {"scale", "N201"}


@pytest.mark.parametrize(
    ("answers", "side"),
    [([{"D310"}], "data"), ([{"D310"}, {"N205"}], "network")],
    ids=["more training is no help", "weights of the script"],
)
def test_class_weights_are_a_cause_else(answers, side):
    findings = [imbalance(side), network_finding("N205", 2)]
    assert causes(World(answers), findings)[0] == {"D310"}


def test_says_what_else_would_do():
    world = World([{"one"}, {"two"}])
    named, found = causes(world, [network_finding("one"), network_finding("two")])
    assert named == {"one"}
    assert [other.finding.label for other in found.others] == ["two"]


def test_blames_nothing_where_nothing_helps():
    named, found = causes(World([]), [network_finding(n) for n in NAMES])
    assert named == set()
    assert found.is_failing
    assert {s.label for s in found.no_effect} == set(NAMES)


@given(st.floats(0.9 * REACH, REACH), st.sampled_from([0, 1, 2]))
def test_blames_nothing_in_a_network_that_learns(start, priority):
    named, found = causes(
        World([{"fault-0"}], start=start), [network_finding("fault-0", priority)]
    )
    assert named == set()
    assert not found.is_failing


@given(st.floats(0.75 * REACH, 0.88 * REACH))
def test_a_fault_that_costs_a_part_is_a_cause_and_a_setting_is_none(start):
    world = World([{"fault-0"}], start=start)
    named, found = causes(world, [network_finding("fault-0", 1)])
    assert named == {"fault-0"}
    assert found.is_failing
    assert causes(world, [network_finding("fault-0", 2)])[0] == set()


@given(st.floats(0.75 * REACH, 0.88 * REACH))
def test_of_a_network_as_good_as_baselines_no_part_is_blamed(start):
    """What could be better still is no fault where nobody else is better."""
    found = causes(
        World([{"fault-0"}], start=start), [network_finding("fault-0")], best_score=0.7
    )
    assert found[0] == set()


def test_a_settings_rule_is_not_even_tried_on_a_network_that_learns():
    world = World([], start=REACH)
    found = causes(world, [network_finding("rate", 2)])[1]
    assert [s.label for s in found.untested] == ["rate"]


def test_repairs_show_what_baselines_cannot():
    world = World([{"mask"}])
    assert causes(world, [network_finding("mask")], best_score=0.0)[0] == {"mask"}


@pytest.mark.parametrize("most", range(1, 8))
def test_without_time_nothing_is_blamed_unproved(most):
    world = World([{"fault-3"}], most=most)
    named, _ = causes(world, [network_finding(n) for n in NAMES])
    assert named in (set(), {"fault-3"})


def test_a_gain_within_noise_is_no_cause():
    world = World([{"luck"}])
    world.difference = lambda better, worse, splits: ScoreDifference(0.9, 0.4)
    assert causes(world, [network_finding("luck")])[0] == set()


class Lucky(World):
    """Some repairs, by the score that they have on each split."""

    def __init__(self, scores, *, left=100.0):
        super().__init__([], left=left)
        longest = max(map(len, scores.values()))
        self.spare = tuple(range(longest - 3))
        self.known = {frozenset(): (0.0,) * longest} | {
            frozenset(names): each for names, each in scores.items()
        }

    def each(self, repairs):
        names = frozenset(repair.what for repair in repairs)
        return np.array(self.known.get(names, self.known[frozenset()]))

    def score(self, repairs, *, splits=1):
        return float(self.each(repairs)[:splits].mean())

    def difference(self, better, worse, *, splits):
        one, other = self.each(better)[:splits], self.each(worse)[:splits]
        return score_difference([*one[:, None]], [*other[:, None]])


def test_a_repair_that_was_lucky_once_hides_no_other():
    """One that does best on the first split and fails on others is no end."""
    world = Lucky({("lucky",): (0.95, 0.0, 0.1), ("sound",): (0.8, 0.81, 0.79)})
    told, found = causes(world, [network_finding("lucky"), network_finding("sound")])
    assert told == {"sound"}
    assert found.best_score == pytest.approx(REACH)
    assert not found.others


def test_a_repair_that_leaves_no_failing_network_is_a_cause_though_more_was_reached():
    both = (0.9, 0.0, 0.1)
    world = Lucky({("one",): (0.7, 0.71, 0.69), ("one", "two"): both})
    assert causes(world, [network_finding("one"), network_finding("two")])[0] == {"one"}


def test_of_repairs_that_do_about_as_well_the_nearest_to_the_script_is_named():
    world = Lucky({("rate",): (0.72,) * 3, ("inputs",): (0.68,) * 3})
    assert causes(world, [network_finding("rate", 2), network_finding("inputs")])[
        0
    ] == {"inputs"}


OFTEN = (0.0, 0.1, 0.8, 0.0, 0.1, 0.0, 0.8, 0.1)
"""Of a network that learns one time in four."""


@pytest.mark.parametrize(("left", "told"), [(100.0, {"rate"}), (0.5, set())])
def test_what_the_usual_splits_leave_open_is_asked_on_more(left, told):
    world = Lucky({(): OFTEN, ("rate",): (0.8,) * 8}, left=left)
    named, found = causes(world, [network_finding("rate")])
    assert named == told
    assert not told or found.original_score == pytest.approx(np.mean(OFTEN))


def test_a_split_that_speaks_against_it_leaves_nothing_open():
    world = Lucky({(): OFTEN, ("rate",): (0.8, 0.8, 0.3, *(0.8,) * 5)})
    assert causes(world, [network_finding("rate")])[0] == set()


def test_no_repair_is_made_twice_though_two_rules_propose_it():
    seen = []
    world = World([])
    plain = world.score
    world.score = lambda repairs, splits=1: seen.append(repairs) or plain(repairs)
    twins = [
        replace(network_finding("same", priority), code=str(priority))
        for priority in (1, 2)
    ]
    causes(world, [*twins, network_finding("other", 2)])
    assert all(len({r.what for r in repairs}) == len(repairs) for repairs in seen)
    assert not causes(World([{"same"}]), twins)[1].others


def test_no_trial_takes_the_time_in_which_another_is_proved():
    """What is enough and quick is proved, though something longer was suspected."""
    faults = [network_finding("rate", 2), network_finding("epochs", 2)]
    world = World([{"rate"}, {"epochs"}], costs={"epochs": 90.0}, left=90.2)
    told, found = causes(world, faults)
    assert told == {"rate"}
    assert found.timed_out
    assert [s.label for s in found.untested] == ["epochs"]


def test_what_takes_longer_than_there_is_time_is_left_untested():
    world = World([{"epochs"}], costs={"epochs": 200.0})
    told, found = causes(world, [network_finding("epochs", 2)])
    assert not told
    assert found.timed_out


def test_a_long_trial_leaves_time_for_repairs_that_only_do_together():
    """The slow one would take what is left; the two quick ones are enough."""
    slow = network_finding("epochs", 2)
    world = World([{"relu", "rate"}, {"epochs"}], costs={"epochs": 99.5})
    told, found = causes(
        world, [network_finding("relu", 0), slow, network_finding("rate", 2)]
    )
    assert told == {"relu", "rate"}
    assert [s.label for s in found.untested] == ["epochs"]


def test_a_long_trial_is_made_where_nothing_shorter_does():
    world = World([{"epochs"}], costs={"epochs": 99.5})
    told, found = causes(
        world, [network_finding("relu", 0), network_finding("epochs", 2)]
    )
    assert told == {"epochs"}
    assert not found.timed_out


def test_of_two_settings_the_one_suspected_first_is_named_though_it_takes_longer():
    world = World([{"epochs"}, {"rate"}], costs={"epochs": 9.0})
    assert causes(world, [network_finding("epochs", 2), network_finding("rate", 2)])[
        0
    ] == {"epochs"}


def test_how_bad_a_network_is_that_learns_nothing_leaves_no_doubt():
    """Numbers far from all targets: seeds differ by much, and it means nothing."""
    rng = np.random.default_rng(0)
    mended = [rng.normal(0.95, 0.1, 200) for _ in range(3)]
    failing = [rng.normal(mean, 1, 200) for mean in (0.36, -3.9, -2.0)]
    found = score_difference(mended, failing)
    assert found.is_sure
    assert found.difference == pytest.approx((0.59 + 0.95 + 0.95) / 3, abs=0.1)
    nothing = score_difference([failing[2]] * 2, [failing[1], failing[2]])
    assert not nothing.is_sure
