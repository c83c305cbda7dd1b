"""Flags of role-plays: planted faults are found, sound scenarios are left alone, each flag by itself."""

from random import Random

import pytest

from benchmarks.simulated_plays import cohort, tried, world
from lms.reporting.play_figures import PlayFigures, figures_of
from lms.reporting.play_flags import Concern, Flag, flags_of
from lms.reporting.play_records import PlayRecord, Reader, Told
from lms.scenarios.plot import Plot, compile_plot
from tests import factories_scenarios as scenarios

PLANTED = ("key", "dead", "obvious")


@pytest.mark.parametrize("seed", ["spring", "autumn"])
def test_planted_faults_are_found_in_cohorts_of_two_hundred(seed: str) -> None:
    found, false_alarms = tried(24, 200, seed)
    assert set(found) == set(PLANTED)
    for kind, tally in found.items():
        assert tally.right + tally.missed >= 4, f"{kind} is hardly planted"
        assert tally.recall >= 0.95, f"{kind}: {tally}"
        assert tally.precision >= 0.95, f"{kind}: {tally}"
    assert false_alarms == 0


def test_a_sound_scenario_gets_no_flag_of_these_kinds_from_two_thousand_either() -> None:
    sound = world("sound", faults=False)
    flags = flags_of(figures_of(sound.plot, cohort(sound, 2000, "many")))
    assert not [flag for flag in flags if flag.concern.value in PLANTED]


def test_a_handful_of_plays_says_nothing() -> None:
    faulty = next(one for number in range(20) if (one := world(f"few:{number}")).faults)
    assert flags_of(figures_of(faulty.plot, cohort(faulty, 12, "few"))) == []


# ---- one flag each ------------------------------------------------------------------------------

FLOOR = compile_plot(scenarios.definition())


def plays(plot: Plot, *kinds: tuple[int, tuple[tuple[str, str], ...]]) -> list[PlayRecord]:
    """So many plays of each way; a way is (scene, choice) by (scene, choice)."""
    reader = Reader(plot)
    return [
        PlayRecord(tuple(reader.move(Told(scene, choice, "angry")) for scene, choice in way), 50.0, False, "settled")
        for count, way in kinds
        for _ in range(count)
    ]


def concerns(figures: PlayFigures, **lengths: float) -> dict[tuple[str, str | None], Concern]:
    return {(flag.scene, flag.choice): flag.concern for flag in flags_of(figures, lengths)}


OPEN, ASK, SOOTHE = ("opening", "hear-her-out"), ("opening", "ask-number"), ("opening", "soothe-her")
NAME, SOON = ("closing-scene", "name-and-time"), ("closing-scene", "soon-enough")


def test_a_reply_that_ends_the_talk_at_once_is_taken_all_the_same() -> None:
    """Such plays have no rest to be compared by; they count among those who took it."""
    found = figures_of(FLOOR, plays(FLOOR, (120, (OPEN, NAME)), (40, (ASK, SOON)), (40, (SOOTHE,))))
    assert ("opening", "soothe-her") not in concerns(found)
    assert found.scene("opening").met.taken({"soothe-her"}) == (40, 200)


def test_a_play_that_comes_back_to_a_scene_is_one_play_on_the_map() -> None:
    found = figures_of(FLOOR, plays(FLOOR, (30, (ASK, ASK, OPEN, NAME)), (10, (ASK, SOON))))
    assert {(way.scene, way.option): n for way, n in found.flows.items()} == {
        ASK: 40, OPEN: 30, NAME: 30, SOON: 10,
    }  # fmt: skip
    assert (found.scene("opening").plays, found.scene("opening").turns) == (40, 100)


def test_a_taboo_that_nobody_says_and_a_reply_that_nobody_takes() -> None:
    found = concerns(figures_of(FLOOR, plays(FLOOR, (150, (OPEN, NAME)), (100, (OPEN, SOON)), (60, (ASK, SOON)))))
    assert found == {("opening", "soothe-her"): Concern.TABOO}
    found = concerns(figures_of(FLOOR, plays(FLOOR, (150, (OPEN, NAME)), (90, (SOOTHE,)), (60, (OPEN, SOON)))))
    assert found[("opening", "ask-number")] is Concern.DEAD


def test_a_scene_whose_best_reply_all_take_is_flagged_once_and_not_its_other_replies_too() -> None:
    found = concerns(figures_of(FLOOR, plays(FLOOR, (130, (OPEN, NAME)), (110, (OPEN, SOON)))))
    assert found == {("opening", None): Concern.OBVIOUS}


def test_the_worse_reply_of_the_better_people_is_a_wrong_key_and_named() -> None:
    flags = flags_of(
        figures_of(FLOOR, plays(FLOOR, (60, (ASK, NAME)), (20, (ASK, SOON)), (20, (OPEN, NAME)), (60, (OPEN, SOON))))
    )
    wrong = [flag for flag in flags if flag.concern is Concern.KEY]
    assert ("opening", "ask-number") in [(flag.scene, flag.choice) for flag in wrong]
    assert wrong[0].is_grave and wrong[0].values["takers"] == 80 and wrong[0].values["others"] == 80


def test_a_middle_reply_that_beats_the_worst_is_no_wrong_key() -> None:
    """Half credit goes with ability among those who took it or the worst; it does not against the best."""
    flags = flags_of(
        figures_of(
            FLOOR,
            plays(FLOOR, (70, (OPEN, NAME)), (20, (OPEN, SOON)), (40, (ASK, NAME)), (40, (ASK, SOON)), (30, (SOOTHE,))),
        )
    )
    assert Concern.KEY not in {flag.concern for flag in flags}


def test_people_who_leave_in_one_scene_are_more_than_chance() -> None:
    finished = plays(FLOOR, (100, (OPEN, NAME)), (60, (ASK, SOON)), (30, (SOOTHE,)))
    left = plays(FLOOR, (20, (OPEN,)))
    found = figures_of(FLOOR, finished, left)
    assert found.scene("closing-scene").left == 20 and found.scene("closing-scene").came == 180
    assert concerns(found)[("closing-scene", None)] is Concern.LEAVING
    few = figures_of(FLOOR, finished, plays(FLOOR, (2, (OPEN,))))
    assert ("closing-scene", None) not in concerns(few)
    assert figures_of(FLOOR, finished, [PlayRecord(())] * 3).scene("opening").left == 3


def test_a_slow_and_a_hasty_scene_stand_out_for_their_length() -> None:
    one = world("times", faults=False)
    records = cohort(one, 60, "times")
    seconds = {scene: {20: 60} for scene in one.plot.scenes}
    seconds |= {"s0": {70: 60}, "s1": {5: 60}, "s2": {60: 60}}
    lengths = {**dict.fromkeys(one.plot.scenes, 1.0), "s2": 3.0}
    flags = flags_of(figures_of(one.plot, records, seconds=seconds), lengths)
    timed = {flag.scene: flag.concern for flag in flags if flag.concern in (Concern.SLOW, Concern.HASTY)}
    assert timed == {"s0": Concern.SLOW, "s1": Concern.HASTY}


def test_a_scene_in_which_luck_decides_is_flat_once_enough_people_show_it() -> None:
    rng = Random("flat")
    reader = Reader(one := world("flat", faults=False).plot)
    records = []
    for record in cohort(world("flat", faults=False), 3000, "flat"):
        moves = [
            reader.move(Told("s1", rng.choice("ab"), "angry" if rng.random() < 0.5 else "sad"))
            if move.scene == "s1"
            else move
            for move in record.moves
        ]
        records.append(PlayRecord(tuple(moves), record.percent, record.passed, record.ending))
    assert Concern.FLAT in {flag.concern for flag in flags_of(figures_of(one, records)) if flag.scene == "s1"}
    few = flags_of(figures_of(one, records[:60]))
    assert Concern.FLAT not in {flag.concern for flag in few}


def test_flags_come_the_worst_first_with_advice_and_evidence() -> None:
    flags = flags_of(figures_of(FLOOR, plays(FLOOR, (130, (ASK, NAME)), (20, (OPEN, NAME)), (60, (OPEN, SOON)))))
    assert [flag.is_grave for flag in flags] == sorted((flag.is_grave for flag in flags), reverse=True)
    for flag in flags:
        assert isinstance(flag, Flag) and flag.advice.template and flag.evidence.values
