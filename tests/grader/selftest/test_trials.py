"""What a self-test tries: everything that is installed, each mistake in every form or in one, one of them named."""

from __future__ import annotations

from dataclasses import replace

from grader.model import FairVariant, Origin
from grader.selftest.handed_in import hand_ins
from grader.selftest.outcome import Kind
from grader.selftest.trials import Trial, trials
from tests.grader.handins import registry


def mistakes(found: list[Trial]) -> list[Trial]:
    return [one for one in found if one.kind is Kind.MISTAKE]


def test_every_mistake_is_tried_in_every_form_it_can_have() -> None:
    known = registry()
    found = mistakes(trials(known, list(known.tasks), 3))
    assert {one.number for one in found} == set(range(len(known.misconceptions)))
    assert len(found) == len(set(found))
    for one in found:
        assert known.tasks[one.task].asked_of(one.form)
        assert one.form in (known.misconceptions[one.number].dialects or [one.form])


def test_one_form_each_where_time_matters_and_the_seed_chooses_it() -> None:
    known = registry()
    found = [mistakes(trials(known, list(known.tasks), seed, every_form=False)) for seed in (3, 4)]
    places = [sorted((one.task, one.number) for one in several) for several in found]
    assert places[0] == places[1] == sorted(set(places[0]))
    forms = [{(one.task, one.number): one.form for one in several} for several in found]
    assert forms[0] != forms[1]
    assert set(forms[0].values()) == {"fau", "native"}


def test_of_each_mistake_one_is_named() -> None:
    known = registry()
    found = mistakes(trials(known, ["ReLU", "LeNet"], 3))
    named = [known.misconceptions[one.number].id for one in found if one.named]
    assert sorted(named) == sorted({known.misconceptions[one.number].id for one in found if one.task == "ReLU"})


def test_variants_of_plugins_and_references_are_tried() -> None:
    known = replace(registry(), variants=(FairVariant("mine", ("ReLU",), {}, dialects=("native",)),))
    found = trials(known, ["ReLU", "L2Loss"], 3)
    assert [one for one in found if one.kind is Kind.VARIANT] == [Trial(Kind.VARIANT, "ReLU", "native")]
    references = [(one.task, one.form) for one in found if one.kind is Kind.REFERENCE]
    assert references == [("ReLU", "fau"), ("ReLU", "native"), ("L2Loss", "native")]


def test_hand_ins_know_nothing_of_tasks_from_outside() -> None:
    known = registry()
    outside = replace(known.tasks["ReLU"], name="Outside", origin=Origin("somebody"))
    both = replace(known, tasks={**known.tasks, "Outside": outside})
    found = hand_ins(both, ["Outside", "ReLU"])
    assert {task for one in found for task in one.tasks} == {"ReLU"}
    assert {one.title for one in found if one.kind is Kind.EXAMPLE} >= {"example_fau", "example_native"}
    assert any(one.kind is Kind.VARIANT for one in found)


def test_the_longest_comes_first() -> None:
    known = registry()
    found = hand_ins(known, list(known.tasks))
    assert all("LeNet" in one.tasks for one in found[: sum("LeNet" in one.tasks for one in found)])
