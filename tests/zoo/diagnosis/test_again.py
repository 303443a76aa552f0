"""What shows only once the first fault is mended."""

import numpy as np
import pytest
from learnable.zoo.diagnosis.problem.context import NetworkFinding, Repair
from learnable.zoo.diagnosis.search.search import Search, search_remaining_causes
from learnable.zoo.diagnosis.search.trials import score_difference
from worlds import REACH, World, network_finding


class Steps(World):
    """A laboratory in which each further repair of a row helps."""

    def __init__(self, *scores, order=("scale", "rate"), left=100.0):
        super().__init__([], left=left)
        self.known = dict(zip(range(len(scores)), scores, strict=True))
        self.order = order

    def worth(self, repairs):
        made = {repair.what for repair in repairs}
        count = 0
        while count < len(self.order) and self.order[count] in made:
            count += 1
        return self.known[count]

    def difference(self, better, worse, *, splits):
        one, other = self.worth(better), self.worth(worse)
        return score_difference(
            [np.full(50, one)] * splits, [np.full(50, other)] * splits
        )


def inquiry(world, known, new):
    asked = []

    def look(repairs):
        asked.append([repair.what for repair in repairs])
        return [*known, *new]

    first = Search(world, known, best_score=REACH).run()
    return search_remaining_causes(first, world, known, look, best_score=REACH), asked


def labels(found):
    return {cause.proposal.finding.label for cause in found.causes}


def test_a_fault_that_hides_behind_another_is_found_beside_it():
    world = Steps(0.1, 0.3, 0.88)
    found, asked = inquiry(
        world, [network_finding("scale")], [network_finding("rate", 2)]
    )
    assert asked == [["scale"]]
    assert labels(found) == {"scale", "rate"}


def test_behind_a_cause_that_does_not_mend_all():
    world = Steps(0.1, 0.55, 0.88)
    found, asked = inquiry(
        world, [network_finding("scale")], [network_finding("rate", 2)]
    )
    assert asked == [["scale"]]
    assert labels(found) == {"scale", "rate"}
    found, _ = inquiry(
        Steps(0.1, 0.55, 0.56), [network_finding("scale")], [network_finding("rate", 2)]
    )
    assert labels(found) == {"scale"}


@pytest.mark.parametrize(
    "world",
    [
        Steps(0.8, 0.85, 0.9),
        Steps(0.1, 0.88, 0.9),
        Steps(0.1, 0.12, 0.9),
        Steps(0.1, 0.3, 0.9, left=0.2),
    ],
    ids=["healthy", "mended", "no help", "no time"],
)
def test_there_is_no_second_look_without_need_or_time(world):
    _, asked = inquiry(world, [network_finding("scale")], [network_finding("rate", 2)])
    assert not asked


def test_what_was_known_is_not_asked_again():
    world = Steps(0.1, 0.3, 0.3)
    twice = NetworkFinding("scale", "scale", "", "", 1, (Repair("other", lambda s: s),))
    found, asked = inquiry(world, [network_finding("scale")], [twice])
    assert asked
    assert "other" not in found.scores
