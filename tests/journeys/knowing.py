"""Somebody who has read the content files: finds the right answer to what a learner is shown, by its words only."""

from functools import cache
from typing import Any

from lms import config
from lms.core.texts import in_language
from lms.library import Known, PackContent, read_library
from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Judgement,
    Matching,
    Multiple,
    NumberItem,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
)
from lms.scenarios.checks import analyse
from lms.scenarios.play_states import PlayState
from lms.scenarios.plot import Plot, compile_plot
from lms.scenarios.queries_frameworks import product_frameworks


@cache
def bundled() -> PackContent:
    """The bundled pack."""
    frameworks = product_frameworks()
    known = Known(keys={"framework": frozenset(frameworks)}, frameworks=frameworks)
    return read_library([config.ROOT / "courses", config.ROOT / "question_bank"], known).packs[0]


@cache
def items(language: str) -> list[AnyItem]:
    """All items of the bank."""
    return [item for topic in bundled().of("topic") for item in topic.items]


def item_shown(question: dict[str, Any], language: str) -> AnyItem:
    """The item whose words these are; emotion items share their stem, so their utterance decides."""
    def fits(item: AnyItem) -> bool:
        if item.type != question["type"] or in_language(item.stem, language) != question["stem"]:
            return False
        return not isinstance(item, Emotion) or in_language(item.utterance, language) == question["utterance"]

    found = [item for item in items(language) if fits(item)]
    assert len(found) == 1, (question, [item.key for item in found])
    return found[0]


def right_answer(question: dict[str, Any], language: str) -> Any:
    """What to send, in the numbers shown."""
    item = item_shown(question, language)

    def number(part: str, texts: Any, key: str) -> str:
        words = in_language(texts[key], language)
        return next(str(shown["id"]) for shown in question[part] if shown["text"] == words)

    match item:
        case Single():
            return number("options", item.options, item.answer)
        case Judgement():
            return number("options", item.options, max(item.values, key=lambda key: item.values[key]))
        case TrueFalse() | NumberItem():
            return float(item.answer) if isinstance(item, NumberItem) else item.answer
        case Emotion():
            return item.answer
        case Multiple() | Ordering():
            return [number("options", item.options, key) for key in item.answer]
        case Matching():
            return {
                number("left", item.left, left): number("right", item.right, right) for left, right in item.answer.items()
            }
        case Classify():
            return {
                number("statements", item.statements, statement): number("categories", item.categories, category)
                for statement, category in item.answer.items()
            }
        case ShortText():
            accepted = item.accepted[0]
            return accepted if isinstance(accepted, str) else in_language(accepted, language)
    raise AssertionError(item.type)


@cache
def best_play(scenario: str) -> tuple[Plot, PlayState]:
    """The plot and a best route through it."""
    plot = compile_plot(next(each for each in bundled().of("scenario") if each.scenario == scenario))
    best = analyse(plot).best
    assert best is not None
    return plot, best
