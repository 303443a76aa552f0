"""N103: too many or too few outputs."""

from __future__ import annotations

from ....baselines.rules.registry import rule
from ....data.counts import count
from ..problem.context import NetworkFinding, RuleContext, network_finding
from .output_layer import (
    BINARY,
    ERRORS,
    HINGES,
    SPARSE,
    OutputLayer,
    TargetOutput,
    has_one_label,
    have_roles,
    head_of,
    nearest_output,
    repairs_towards,
)

NOUNS = {"regression": "number", "multilabel": "label"}


@rule("N103", order=80)
def wrong_output_units(context: RuleContext) -> NetworkFinding | None:
    """A last layer that has not the width that the targets need."""
    head = head_of(context)
    if head is None:
        return None
    aim = _aim(context, head)
    if aim is None:
        return None
    wanted = NOUNS.get(context.task.kind, "class")
    needed = context.task.class_count or context.task.outputs
    return network_finding(
        "N103",
        f"The last layer {head.name!r} has "
        f"{count(head.width, 'output')} for {count(needed, wanted)}.",
        f"Use {aim.units} units with activation={aim.activation!r} and "
        f"loss={aim.loss!r}.",
        priority=1 if _is_ordinal(context, head) else 0,
        repairs=(repairs_towards(context, head, aim),),
        layers=(head.name,),
        outputs=head.width,
        wanted=aim.units,
    )


def _is_ordinal(context: RuleContext, head: OutputLayer) -> bool:
    """Whether the classes may be meant as steps of a scale, learned as a number."""
    return head.width == 1 and head.loss in ERRORS and has_one_label(context)


def _aim(context: RuleContext, head: OutputLayer) -> TargetOutput | None:
    """A head of another width, or None where this one will do."""
    aim = nearest_output(context, head.width)
    if not has_one_label(context):
        same = head.width == aim.units
        return None if same or have_roles(context, head) else aim
    if context.task.kind == "binary":
        return _two_class_output(head)
    if head.width == 1 and not _are_whole(context):
        return None  # fractions for classes: told as the coding
    return aim if head.width < aim.units else None


def _are_whole(context: RuleContext) -> bool:
    values = context.task.values
    return values.dtype.kind not in "f" or bool((values == values.round()).all())


def _two_class_output(head: OutputLayer) -> TargetOutput | None:
    """One output, or two with a softmax over them."""
    if head.width == 1:
        alone = head.loss in SPARSE and head.activation == "softmax"
        return TargetOutput(2, "softmax", SPARSE[0]) if alone else None
    if head.loss in BINARY + HINGES and head.activation != "softmax":
        return TargetOutput(1, "sigmoid", BINARY[0])
    return None
