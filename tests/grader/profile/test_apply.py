"""What a profile changes, and that it changes nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.model import Limits, Tier, Visibility
from grader.plugins import Registry
from grader.profile.apply import apply_profile, limits_for
from grader.profile.errors import ProfileError
from grader.profile.find import find_profile, ready_profiles
from grader.profile.keys import KEYS
from grader.profile.read import read_profile
from grader.scoring import shares
from tests.grader.command import usage
from tests.grader.handins import registry


def applied(text: str) -> Registry:
    return apply_profile(registry(), read_profile(text, "course.toml"))


def refused(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        applied(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dialects = ['fau', 'natve']",
            "course.toml:1: key dialects: no dialect is called natve; did you mean native?",
        ),
        ("dialects = []", "course.toml:1: key dialects: no hand-in at all would be taken"),
        (
            "[tasks]\ninclude = [\n'ex1',\n'RRN']",
            "course.toml:4: key tasks.include: no task is called 'RRN'; did you mean RNN?",
        ),
        (
            "[tasks]\nexclude = ['rex3']",
            "course.toml:2: key tasks.exclude: no task is called 'rex3'; did you mean ex3?",
        ),
        ("[tasks]\ninclude = []", "course.toml:1: key tasks: include and exclude leave nothing to grade"),
        ("[groups.ex3]\nRRN = 1", "course.toml:2: key groups.ex3.RRN: no task is called RRN; did you mean RNN?"),
        ("[groups.Retake]\nRNN = 1", "course.toml:1: key groups.Retake: a new group has a name in small letters"),
        ("[groups.all]\nRNN = 1", "course.toml:1: key groups.all: a new group has a name in small letters"),
        (
            "[groups.ex1]\nlike = 'ex2'",
            "course.toml:2: key groups.ex1.like: ex1 is there already; like is for new groups",
        ),
        (
            "[groups.new]\nlike = 'exx3'",
            "course.toml:2: key groups.new.like: no group is called exx3; did you mean ex3?",
        ),
        (
            "[checks.forwrd_value]\nweight = 2",
            "course.toml:1: key checks.forwrd_value: no check is called forwrd_value; did you mean forward_value?",
        ),
        (
            '[checks."RRN.memory_on"]\nweight = 2',
            'course.toml:1: key checks."RRN.memory_on": no task is called RRN; did you mean RNN?',
        ),
        (
            "[checks.RNN.memory_gradint]\nweight = 2",
            "course.toml:1: key checks.RNN.memory_gradint: no check is called RNN.memory_gradint; did you mean "
            "RNN.memory_gradient?",
        ),
        (
            "[checks.forward_value]\npoints = 2",
            "course.toml:2: key checks.forward_value.points: points need the name of the task: "
            '[checks."FullyConnected.forward_value"]; or give a weight',
        ),
        (
            '[checks."RNN.memory_on"]\npoints = 2\nweight = 2',
            'course.toml:2: key checks."RNN.memory_on".points: give points or a weight, not both',
        ),
        (
            '[checks."RNN.memory_on"]\npoints = 41',
            'course.toml:2: key checks."RNN.memory_on".points: 41 points for checks are more than RNN has (40)',
        ),
        (
            '[checks."RNN.memory_gradient"]\npoints = 3',
            'course.toml:2: key checks."RNN.memory_gradient".points: a check of tier robust has no points; add tier',
        ),
        (
            "[checks.arrays_stay_untouched]\ntier = 'core'",
            "course.toml:2: key checks.arrays_stay_untouched.tier: a check of style stays a remark",
        ),
        (
            "[checks.shape]\nweight = 0\n[checks.value]\ntier = 'robust'",
            "course.toml:1: key checks.shape: Constant has 1.25 points in ex2, and no check is left that carries them",
        ),
        ("[limits.RRN]\nreply_seconds = 2", "course.toml:1: key limits.RRN: no task is called RRN; did you mean RNN?"),
    ],
)
def test_names_that_are_not_there_and_points_that_do_not_add_up(text: str, message: str) -> None:
    assert refused(text).startswith(message)


def test_no_profile_the_default_and_an_empty_one_change_nothing() -> None:
    plain = registry()
    assert ready_profiles() == ["exercise", "strict"]
    assert apply_profile(plain, None) is plain
    assert apply_profile(plain, find_profile("exercise")) == plain
    assert applied("") == plain


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_the_example_of_every_key_can_be_used(key: object) -> None:
    applied(key.example)  # type: ignore[attr-defined]  # a Key


def test_a_profile_leaves_the_registry_it_is_applied_to_alone() -> None:
    before = {name: (task.points, task.checks, task.cases, task.limits) for name, task in registry().tasks.items()}
    applied(
        "[groups.ex3]\nRNN = 1\n[tiers]\nrobust = 'counts'\n[checks.second_batch]\nweight = 9\n[limits]\nprocesses = 9"
    )
    assert {n: (t.points, t.checks, t.cases, t.limits) for n, t in registry().tasks.items()} == before


def test_strict_counts_what_is_robust_and_the_points_still_add_up() -> None:
    plain, strict = registry(), apply_profile(registry(), find_profile("strict"))
    for task in strict.tasks.values():
        plan = strict.plan(task)
        assert not [check.name for check in plan if check.tier is Tier.ROBUST]
        assert not [case.name for case in task.cases if case.tier is Tier.ROBUST]
        assert sum(shares(task, plan).values()) == pytest.approx(plain.tasks[task.name].total)
        style = [check.name for check in plain.plan(plain.tasks[task.name]) if check.tier is Tier.STYLE]
        assert [check.name for check in plan if check.tier is Tier.STYLE] == style
    counted = [check for check in strict.plan(strict.tasks["RNN"]) if check.name == "memory_gradient"]
    assert counted[0].reason.startswith("the course's profile counts it; ")


def test_a_check_s_own_tier_wins_over_the_tiers() -> None:
    changed = applied("[tiers]\nrobust = 'counts'\n[checks.integer_input]\ntier = 'robust'")
    tiers = {check.name: check.tier for check in changed.plan(changed.tasks["RNN"])}
    assert (tiers["integer_input"], tiers["memory_gradient"]) == (Tier.ROBUST, Tier.CORE)


def test_points_and_weights_of_checks() -> None:
    changed = applied(
        '[checks."RNN.memory_gradient"]\npoints = 4\ntier = "core"\n[checks."RNN.forward_value"]\npoints = 6'
    )
    rnn, conv = changed.tasks["RNN"], changed.tasks["Conv"]
    points = shares(rnn, changed.plan(rnn))
    assert (points["memory_gradient"], points["forward_value"]) == (pytest.approx(4), pytest.approx(6))
    assert sum(points.values()) == pytest.approx(40)
    others = set(points) - {"memory_gradient", "forward_value"}
    before = shares(registry().tasks["RNN"], registry().plan(registry().tasks["RNN"]))
    ratios = {round(points[name] / before[name], 9) for name in others}
    assert len(ratios) == 1  # the others share the rest as they did before
    assert shares(conv, changed.plan(conv)) == shares(registry().tasks["Conv"], registry().plan(conv))
    heavier = applied("[checks.forward_value]\nweight = 50\n[checks.'Conv.forward_value']\nweight = 1")
    for name, weight in (("RNN", 50), ("Conv", 1)):
        plan = heavier.plan(heavier.tasks[name])
        assert next(check.points for check in plan if check.name == "forward_value") == weight


def test_points_of_a_check_within_some_of_the_task_s_groups() -> None:
    changed = applied('[checks."NeuralNetwork.forward"]\npoints = 34\n[checks."NeuralNetwork.phases"]\npoints = 4.3')
    task = changed.tasks["NeuralNetwork"]
    groups = next(check.groups for check in changed.plan(task) if check.name == "phases")
    assert groups
    assert "ex1" not in groups  # so its points come from the other groups alone
    points = shares(task, changed.plan(task))
    assert (points["forward"], points["phases"]) == (pytest.approx(34), pytest.approx(4.3))
    part = task.within(["ex1"])
    assert shares(part, changed.plan(part))["forward"] == pytest.approx(34 * 25 / 68)


def test_all_points_of_a_task_set_aside() -> None:
    changed = applied("[checks.'ReLU.at_zero']\npoints = 5")
    relu = changed.tasks["ReLU"]
    points = shares(relu, changed.plan(relu))
    assert points.pop("at_zero") == 5
    assert set(points.values()) == {0.0}


def test_hidden_in_one_task_or_in_all() -> None:
    text = "[checks.forward_value]\nvisibility = 'hidden'\n[checks.'RNN.forward_value']\nvisibility = 'visible'"
    changed = applied(text)
    seen = {
        name: next(check.visibility for check in changed.plan(changed.tasks[name]) if check.name == "forward_value")
        for name in ("RNN", "Conv")
    }
    assert seen == {"RNN": Visibility.VISIBLE, "Conv": Visibility.HIDDEN}


def test_groups() -> None:
    changed = applied("[groups.ex3]\nRNN = 30\nDropout = 0\nConv = 15\n[groups.retake]\nRNN = 5")
    points = {name: dict(task.points) for name, task in changed.tasks.items()}
    assert points["RNN"] == {"ex3": 30, "retake": 5}
    assert points["Dropout"] == {}
    assert points["Conv"] == {"ex2": 45, "ex3": 15}
    assert changed.groups == ["all", "ex1", "ex2", "ex3", "lenet", "retake"]
    assert [task.name for task in changed.select(["retake"])] == ["RNN"]


@pytest.mark.parametrize(("like", "asked"), [("", True), ("like = 'ex1'\n", False), ("like = 'ex3'\n", True)])
def test_a_new_group_asks_what_another_does(like: str, asked: bool) -> None:
    changed = applied(f"[groups.retake]\n{like}NeuralNetwork = 50")
    (task,) = changed.select(["retake"])
    plan = changed.plan(task)
    assert ("phases" in {check.name for check in plan}) == asked
    assert sum(shares(task, plan).values()) == pytest.approx(50)


def test_tasks_that_a_course_grades() -> None:
    changed = applied("[tasks]\ninclude = ['EX1', 'conv']\nexclude = ['relu']")
    assert list(changed.tasks) == ["CrossEntropyLoss", "FullyConnected", "NeuralNetwork", "Sgd", "SoftMax", "Conv"]
    assert changed.tasks["NeuralNetwork"].points == {"ex1": 25}
    assert changed.groups == ["all", "ex1", "ex2"]


def test_limits() -> None:
    text = "[limits]\nreply_seconds = 5\nrun_seconds = 50\n[limits.Conv]\nreply_seconds = 7"
    changed = applied(text)
    usual = Limits()
    assert changed.tasks["RNN"].limits == replace(usual, reply_seconds=5.0, run_seconds=50.0)
    assert changed.tasks["Conv"].limits == replace(usual, reply_seconds=7.0, run_seconds=50.0)
    assert limits_for(read_profile(text, "x"), usual) == changed.tasks["RNN"].limits
    assert limits_for(None, usual) is usual


@pytest.mark.parametrize("words", [["--task", "relu"], ["--check", "ReLU.at_zero"], ["--list", "--skip", "ReLU"]])
def test_a_task_that_a_course_leaves_out_is_told_from_one_that_nobody_knows(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "course.toml"
    file.write_text("[tasks]\nexclude = ['relu']\n", encoding="utf-8")
    said = usage("--profile", str(file), *words, capsys=capsys)
    assert said.removeprefix("--check: ") == f"the profile {file} leaves ReLU out"
