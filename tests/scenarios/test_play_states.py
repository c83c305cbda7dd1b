"""Plays: what is offered, what a turn does, what waits for people, and that replaying changes nothing."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.emotion_recognition import EmotionRecognition, emotion_answers, emotion_recognition
from lms.scenarios.offers import Offer, offered
from lms.scenarios.play_states import (
    MOVES,
    BrokenPlay,
    PlayState,
    Reading,
    Refusal,
    Stage,
    Turn,
    Verb,
    begin,
    mark,
    replay,
    take,
)
from lms.scenarios.plot import Plot, compile_plot
from tests.scenarios.stories import choice, ending, plotted, random_story, scene
from tests.timing import rested_seconds


def talk() -> Plot:
    """A call: one question for the feeling, a taboo, a gate on trust, a way back, and a typed reply at the end."""
    return plotted(
        {
            "opening": scene(
                listen=choice("facts", points={"lscat": 2}, effect={"trust": 2, "anger": -9}, step="listen"),
                calm_down=choice("facts", taboo=True, effect={"anger": 2}),
                hang_up=choice("bad"),
                emotion={"answer": "angry", "panel": {"angry": 3, "sad": 1}, "points": 2},
            ),
            "facts": scene(
                voucher=choice("reply", when="trust >= 4 and not taboo", points={"outcome": 1}),
                ask=choice("reply", feedback="You asked.", reaction="Yes, on Monday."),
                again=choice("opening"),
            ),
            "reply": scene(
                shrug=choice("bad"),
                typed={
                    "steps": {"sympathize": 2, "advise": 3},
                    "criterion": "lscat",
                    "min_chars": 5,
                    "goto": "good",
                    "goto_taboo": "bad",
                },
            ),
        },
        state={"trust": {"start": 3}, "anger": {"start": 6}},
        endings={"good": ending(points={"outcome": 4}), "bad": ending(failed=True)},
    )


FOUND = Reading(frozenset({"sympathize", "track"}))
RUDE = Reading(frozenset(), taboo=True)
LISTEN, ASK, TYPED = Turn("listen", emotion="angry"), Turn("ask"), Turn(reply="That is hard.", heard=FOUND)


def after(*turns: Turn) -> PlayState:
    return replay(talk(), turns)[-1]


def refused(state: PlayState, turn: Turn) -> str:
    result = take(talk(), state, turn)
    assert isinstance(result, Refusal)
    return str(result.reason)


def offer(state: PlayState, seed: str = "7") -> Offer:
    shown = offered(talk(), state, seed)
    assert shown is not None
    return shown


# --- what is offered


def test_open_choices_are_numbered_as_shown() -> None:
    shown = offer(begin(talk()))
    assert [each.id for each in shown.choices] == ["1", "2", "3"]
    assert {shown.key_of(number) for number in ("1", "2", "3")} == {"listen", "calm-down", "hang-up"}
    assert shown.key_of("4") is None
    assert (shown.turn, shown.asks_emotion, shown.typed) == (1, True, False)
    assert "angry" in shown.labels


def test_the_order_is_fixed_by_the_seed_and_even_over_seeds() -> None:
    assert [each.key for each in offer(begin(talk()), "a").choices] == [
        each.key for each in offer(begin(talk()), "a").choices
    ]
    first = Counter(offer(begin(talk()), str(seed)).key_of("1") for seed in range(600))
    assert min(first.values()) > 150


def test_the_order_differs_from_turn_to_turn() -> None:
    keys = {f"c{number}": choice("good") for number in range(5)}
    plot = plotted({"one": scene(on=choice("one"), **keys, visits=9)})
    state, orders = begin(plot), set()
    for _ in range(8):
        shown = offered(plot, state, "7")
        assert shown is not None
        orders.add(tuple(each.key for each in shown.choices))
        taken = take(plot, state, Turn("on"))
        assert isinstance(taken, PlayState)
        state = taken
    assert len(orders) > 4


def test_a_choice_opens_when_its_condition_holds() -> None:
    assert "voucher" in {each.key for each in offer(after(LISTEN)).choices}
    assert "voucher" not in {each.key for each in offer(after(Turn("calm-down"))).choices}


def test_a_choice_whose_target_has_no_visits_left_is_closed() -> None:
    assert "again" not in {each.key for each in offer(after(LISTEN)).choices}
    assert refused(after(LISTEN), Turn("again")) == "This reply is not offered here; choose one of those shown."


def test_a_typed_reply_is_offered_beside_choices() -> None:
    shown = offer(after(LISTEN, ASK))
    assert (shown.typed, shown.min_chars, len(shown.choices)) == (True, 5, 1)


def test_nothing_is_offered_when_it_is_over() -> None:
    assert offered(talk(), after(Turn("hang-up")), "7") is None


# --- what a turn does


def test_a_turn_earns_changes_and_leads_on() -> None:
    state = after(LISTEN)
    line = state.lines[0]
    assert (state.scene, state.turn, state.stage) == ("facts", 2, Stage.IN_PROGRESS)
    assert talk().by_criterion(line.points) == {"lscat": 2, "outcome": 0, "emotion": 2}
    assert (line.emotion_points, line.steps, line.reply["en"]) == (2, {"listen"}, "To facts")
    assert line.effect == {"trust": 2, "anger": -6}  # -9 was cut to the bounds
    assert state.values == {"trust": 5, "anger": 0}
    assert state.curve == ({"trust": 3, "anger": 6}, {"trust": 5, "anger": 0})


def test_the_transcript_keeps_feedback_and_reaction() -> None:
    line = after(LISTEN, ASK).lines[1]
    assert (line.feedback, line.reaction) == ({"en": "You asked."}, {"en": "Yes, on Monday."})
    assert line.emotion_points is None


def test_a_missing_or_wrong_label_earns_nothing() -> None:
    for label in (None, "neutral"):
        assert after(Turn("listen", emotion=label)).lines[0].emotion_points == 0


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (Turn(), "Choose one reply, or write your own."),
        (Turn("listen", reply="And more."), "Choose one reply, or write your own."),
        (Turn("nowhere"), "This reply is not offered here; choose one of those shown."),
        (Turn(reply="There is no typing here."), "This reply is not offered here; choose one of those shown."),
        (Turn("listen", emotion="furious"), "“furious” is not one of the feelings shown."),
    ],
)
def test_an_impossible_turn_is_refused(turn: Turn, reason: str) -> None:
    assert refused(begin(talk()), turn) == reason


def test_a_label_where_none_is_asked_is_refused() -> None:
    assert refused(after(LISTEN), Turn("ask", emotion="angry")) == "No feeling is asked for here."


def test_a_typed_reply_must_be_long_enough() -> None:
    assert refused(after(LISTEN, ASK), Turn(reply="  Hm.    ")) == "Write at least 5 characters."


# --- typed replies


def test_an_unmarked_reply_waits_for_people() -> None:
    state = after(LISTEN, ASK, TYPED)
    assert (state.stage, state.ending, state.unmarked) == (Stage.MARKING, "good", (3,))
    assert sum(state.points) == 2 + 2 + 4  # the reply itself earns nothing yet
    assert state.lines[2].steps == frozenset()  # nor is it told what a scorer heard


def test_a_marked_reply_earns_its_steps_at_once() -> None:
    state = after(LISTEN, ASK, replace(TYPED, marks=FOUND))
    assert (state.stage, sum(state.points)) == (Stage.FINISHED, 2 + 2 + 2 + 4)


def test_marks_finish_the_play() -> None:
    state = mark(talk(), after(LISTEN, ASK, TYPED), 3, Reading(frozenset({"advise"})))
    assert isinstance(state, PlayState)
    assert state == after(LISTEN, ASK, replace(TYPED, marks=Reading(frozenset({"advise"}))))
    assert (state.stage, sum(state.points)) == (Stage.FINISHED, 2 + 2 + 3 + 4)


def test_a_taboo_heard_decides_the_way_and_marks_decide_what_counts() -> None:
    heard = after(LISTEN, ASK, Turn(reply="Calm down.", heard=RUDE))
    assert (heard.ending, heard.taboo, heard.taboo_said) == ("bad", True, False)
    overruled = mark(talk(), heard, 3, FOUND)
    assert isinstance(overruled, PlayState)
    assert (overruled.ending, overruled.taboo, overruled.taboo_said) == ("bad", True, False)


def test_marks_may_be_corrected() -> None:
    once = mark(talk(), after(LISTEN, ASK, TYPED), 3, RUDE)
    assert isinstance(once, PlayState)
    twice = mark(talk(), once, 3, FOUND)
    assert isinstance(twice, PlayState)
    assert (twice.stage, twice.taboo_said, sum(twice.points)) == (Stage.FINISHED, False, 10)


@pytest.mark.parametrize("number", [0, 1, 4, -1])
def test_only_a_typed_reply_can_be_marked(number: int) -> None:
    result = mark(talk(), after(LISTEN, ASK, TYPED), number, FOUND)
    assert result == Refusal(result.reason) and str(result.reason) == f"Turn {number} has no typed reply to mark."


# --- the table of moves


def two_replies() -> Plot:
    typed = {"steps": {"listen": 1}, "criterion": "lscat", "min_chars": 0}
    return plotted(
        {
            "one": scene(typed={**typed, "goto": "two"}),
            "two": scene(typed={**typed, "goto": "three"}),
            "three": scene(go=choice("good")),
        }
    )


REPLY, MARKED, GO = Turn(reply="Yes?"), Turn(reply="Yes?", marks=FOUND), Turn("go")
TURNS_TO = {
    (Stage.IN_PROGRESS, Verb.GO_ON): (),
    (Stage.IN_PROGRESS, Verb.END): (MARKED, MARKED),
    (Stage.IN_PROGRESS, Verb.END_UNMARKED): (REPLY, MARKED),
    (Stage.IN_PROGRESS, Verb.MARK): (REPLY, REPLY),
    (Stage.IN_PROGRESS, Verb.MARK_LAST): (REPLY,),
    (Stage.MARKING, Verb.MARK): (REPLY, REPLY, GO),
    (Stage.MARKING, Verb.MARK_LAST): (REPLY, MARKED, GO),
    (Stage.FINISHED, Verb.MARK): (MARKED, MARKED, GO),
}


@pytest.mark.parametrize(("stage", "verb"), [(stage, verb) for stage in Stage for verb in Verb])
def test_every_pair_of_stage_and_verb(stage: Stage, verb: Verb) -> None:
    if (stage, verb) == (Stage.FINISHED, Verb.MARK_LAST):
        assert not replay(two_replies(), (MARKED, MARKED, GO))[-1].unmarked  # nothing is left to be the last
        assert (stage, verb) not in MOVES
        return
    turns = TURNS_TO.get((stage, verb), (MARKED, MARKED, GO) if stage == Stage.FINISHED else (REPLY, REPLY, GO))
    before = replay(two_replies(), turns)[-1]
    assert before.stage == stage
    if verb in (Verb.MARK, Verb.MARK_LAST):
        result = mark(two_replies(), before, 1, FOUND)
    else:
        result = take(two_replies(), before, REPLY if before.turn < 3 else GO)
    if (stage, verb) in MOVES:
        assert isinstance(result, PlayState) and result.stage == MOVES[stage, verb]
    else:
        assert isinstance(result, Refusal)


# --- replaying


def random_play(plot: Plot, rng: random.Random) -> list[PlayState]:
    """A play of blind choices to its end, or to a dead end."""
    states = [begin(plot)]
    while shown := offered(plot, states[-1], rng.random().hex()):
        label = rng.choice((None, *shown.labels)) if shown.labels else None
        number = rng.randrange(len(shown.choices) + shown.typed) if shown.choices or shown.typed else None
        if number is None:
            break
        if number < len(shown.choices):
            turn = Turn(choice=shown.choices[number].key, emotion=label)
        else:
            heard = Reading(frozenset(rng.sample(("listen", "advise"), rng.randint(0, 2))), rng.random() < 0.3)
            turn = Turn(reply="I see.", emotion=label, heard=heard, marks=rng.choice((None, heard)))
        taken = take(plot, states[-1], turn)
        assert isinstance(taken, PlayState)
        states.append(taken)
    return states


def test_replaying_gives_every_step_again() -> None:
    rng = random.Random(1)
    lengths = set()
    for _ in range(300):
        plot = compile_plot(ScenarioDefinition.model_validate(random_story(rng)))
        states = random_play(plot, rng)
        assert replay(plot, [line.turn for line in states[-1].lines]) == tuple(states)
        lengths.add(len(states))
    assert max(lengths) > 5


def test_the_points_are_the_sum_of_the_lines_and_the_ending() -> None:
    rng = random.Random(2)
    for _ in range(200):
        plot = compile_plot(ScenarioDefinition.model_validate(random_story(rng)))
        last = random_play(plot, rng)[-1]
        own = [sum(column) for column in zip(*(line.points for line in last.lines), last.ending_points, strict=True)]
        assert list(last.points) == own
        assert len(last.curve) == len(last.lines) + 1
        assert all(
            variable.low <= values[name] <= variable.high
            for values in last.curve
            for name, variable in plot.variables.items()
        )


def test_turns_of_another_version_do_not_replay() -> None:
    with pytest.raises(BrokenPlay, match="turn 2: This reply is not offered here"):
        replay(talk(), (LISTEN, Turn("gone")))


def test_a_turn_costs_well_under_a_millisecond() -> None:
    plot = plotted(
        {f"s{n}": scene(**{f"c{c}": choice(f"s{n + 1}" if n < 59 else "good") for c in range(4)}) for n in range(60)}
    )

    def play() -> None:
        state = begin(plot)
        while shown := offered(plot, state, "7"):
            taken = take(plot, state, Turn(shown.key_of("1")))
            assert isinstance(taken, PlayState)
            state = taken

    assert rested_seconds(play, 0.05) / 60 < 0.001


# --- feelings as a statistic


def test_recognition_is_strict_and_proportional() -> None:
    plot = talk()
    answers = [next(emotion_answers(plot, after(Turn("hang-up", emotion=label)))) for label in ("angry", "sad", None)]
    assert emotion_recognition(answers) == EmotionRecognition(3, Fraction(1, 3), 3, Fraction(3 + 1 + 0, 4 * 3))


def test_recognition_without_questions_is_unknown() -> None:
    assert emotion_recognition([]) == EmotionRecognition(0, None, 0, None)
