"""What a version file decides itself: limits, and which taboos are believed and which are doubts only."""

import json
from functools import partial
from importlib.resources import files

import pytest

from lms.scenarios.hearing import Heard, kept
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import Guard, ReplyContext, Scorer, from_json, read_reply, scorer, to_json, versions
from lms.scenarios.replies_limits import FIRST
from lms.scenarios.replies_scorers import built
from tests.timing import rested_seconds

TABOO = "Frankly, you signed it, you should have read it, and that's the policy."


def second(least: float = 2.0, **limits: object) -> Scorer:
    """The first version's weights in a file of format 2, with these limits and this threshold for taboos."""
    stored = json.loads((files("lms.scenarios") / "reply_models" / "linear-1.json").read_text(encoding="utf-8"))
    every = {name: getattr(FIRST, name) for name in FIRST.__dataclass_fields__}
    for model in stored["tasks"]["lscat"].values():
        model["thresholds"]["taboo"] = least
    return built({**stored, "format": 2, "limits": {**every, "doubts_taboos": True, **limits}})


def reading(text: str, by: Scorer, **scene: tuple[str, ...]):
    return read_reply(text, ReplyContext(product_frameworks()["lscat"], "en", **scene), by)


def test_a_doubtful_taboo_changes_nothing_and_goes_to_a_person() -> None:
    found = reading(TABOO, second())
    assert found.taboos == ()
    assert found.doubtful[0].phrase in TABOO
    assert found.to_person
    assert not Heard(found).reaction.taboo
    assert not kept(Heard(found))["taboo"]


def test_a_taboo_above_its_threshold_is_believed() -> None:
    found = reading(TABOO, second(least=0.5))
    assert found.taboos and not found.doubtful
    assert Heard(found).reaction.taboo


def test_words_the_scene_forbids_are_believed_unless_the_reply_quotes() -> None:
    forbidden = ("The warranty is over",)
    assert reading("The warranty is over, sorry to say.", second(), forbidden=forbidden).taboos
    quoting = reading("I would never say the warranty is over. Go on.", second(), forbidden=forbidden)
    assert Guard.QUOTED in quoting.guards
    assert quoting.doubtful and not quoting.taboos


def test_doubts_survive_storing_and_older_readings_have_none() -> None:
    found = reading(TABOO, second())
    stored = json.loads(json.dumps(to_json(found)))
    assert from_json(stored) == found
    del stored["doubtful"]
    assert from_json(stored).doubtful == ()


def test_the_first_version_believes_every_hit_as_it_always_did() -> None:
    found = reading(TABOO, scorer("linear-1"))
    assert found.taboos and not found.doubtful


def test_limits_come_from_the_file() -> None:
    text = "Tell me what happened after you rang the shop."
    assert Guard.TOO_LONG not in reading(text, second()).guards
    assert Guard.TOO_LONG in reading(text, second(most_signs=10)).guards


def test_a_file_that_leaves_a_limit_out_is_refused() -> None:
    stored = json.loads((files("lms.scenarios") / "reply_models" / "linear-1.json").read_text(encoding="utf-8"))
    with pytest.raises(KeyError, match="most_odds"):
        built({**stored, "format": 2, "limits": {}})
    with pytest.raises(LookupError, match="format 99"):
        built({**stored, "format": 99})


@pytest.mark.parametrize(
    "text", ["a" * 2000, "“" * 2000, "12" * 1000, "we can refund or replace it " * 71, "我们可以退" * 400]
)
def test_no_text_of_2000_signs_keeps_anybody_waiting(text: str) -> None:
    by = scorer(versions("linear")[-1])
    for key in ("spin", "lscat"):
        context = ReplyContext(product_frameworks()[key], "en")
        assert rested_seconds(partial(read_reply, text, context, by), 0.5) < 0.5
