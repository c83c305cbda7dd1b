"""One's own role-plays over time, over the REST API."""

from datetime import datetime
from typing import Any

from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api
from lms.core.locale import language
from lms.core.texts import in_language
from lms.scenarios import queries_progress
from lms.scenarios.progress import Measure
from lms.statistics.figures import MINIMUM_N
from lms.statistics.proportions import Proportion

api = Api("scenario_progress")


class ShareAnswer(Answer):
    """``hits`` of ``n`` with the Wilson interval; rate and interval are null under ten."""

    n: int
    hits: int
    rate: float | None
    low: float | None
    high: float | None


class MeasureAnswer(Answer):
    """emotion (labels right), order (pairs of SPIN questions in order) or steps (framework steps taken of those offered)."""

    measure: str
    exam: ShareAnswer
    practice: ShareAnswer


class PartAnswer(Answer):
    """``hits`` of ``n`` in one talk."""

    hits: int
    n: int


class TalkAnswer(Answer):
    """A finished talk; ``measures`` holds what it says something about."""

    id: int
    scenario: str
    title: str
    mode: str
    finished_at: datetime
    measures: dict[str, PartAnswer]


class NextAnswer(Answer):
    """What to practise next, and for which measure."""

    scenario: str
    title: str
    measure: str


class ProgressAnswer(Answer):
    """The measures over the newest forty finished talks, the talks (newest first), and what to practise next."""

    measures: list[MeasureAnswer]
    talks: list[TalkAnswer]
    next_practice: NextAnswer | None


@api.get(
    "/me/role-plays",
    summary="What my role-plays say, and what to practise next",
    scope=Scope.LEARN,
    permission="learn",
    returns=ProgressAnswer,
)
def my_role_plays() -> dict[str, Any]:
    mine = queries_progress.own_progress(viewer(), clock.now())
    suggestion = mine.suggestion
    return {
        "measures": [
            {"measure": track.measure.value, "exam": _share(track.exam), "practice": _share(track.practice)}
            for track in mine.tracks
        ],
        "talks": [_talk(play) for play in reversed(mine.plays)],
        "next_practice": suggestion
        and {
            "scenario": suggestion.key,
            "title": in_language(suggestion.title, language()),
            "measure": mine.weakest.measure.value,
        },
    }


def _share(of: Proportion) -> dict[str, Any]:
    is_enough = of.n >= MINIMUM_N
    told = {"rate": of.rate, "low": of.low, "high": of.high} if is_enough else dict.fromkeys(("rate", "low", "high"))
    return {"n": of.n, "hits": of.passed, **told}


def _talk(play: Any) -> dict[str, Any]:
    return {
        "id": play.play_id,
        "scenario": play.scenario,
        "title": in_language(play.title, language()),
        "mode": play.mode,
        "finished_at": play.at,
        "measures": {
            measure.value: {"hits": play.parts[measure].hits, "n": play.parts[measure].n}
            for measure in Measure
            if play.parts[measure].n
        },
    }
