"""What the pages about role-plays say, in words and pictures: titles, flags with their evidence, rows, the map of flows."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _gettext
from flask_babel import ngettext

from lms.core import charts, locale
from lms.core.texts import CHINESE, ENGLISH, Message, in_language
from lms.core.web import number, percent
from lms.reporting import views_words as say
from lms.reporting.play_figures import BINS, ChoiceFigures, PlayFigures, SceneFigures
from lms.reporting.play_flags import Flag
from lms.reporting.play_times import Times
from lms.reporting.queries_play_figures import FirstPlays
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.scene_map import TYPED, TYPED_TABOO, scene_map
from lms.statistics.figures import MINIMUM_N

TITLE_ROOM = 40
"""So many characters of a reply are enough to know it by."""


def gettext(message: str, **values: Any) -> str:
    """The message in the reader's language."""
    return str(_gettext(message, **values))


# ---- sentences -------------------------------------------------------------------------------


def scenario_title(plays: FirstPlays, flags: list[Flag], is_told: bool) -> str:
    """The page's conclusion."""
    title = say.words(plays.scenario.title, plays.scenario.key)
    if not plays.n:
        return gettext("Nobody has taken %(title)s as an exam yet.", title=title)
    if not is_told:
        return gettext("%(title)s: not enough data, %(n)s first plays of at least %(needed)s.",
                       title=title, n=plays.n, needed=MINIMUM_N)  # fmt: skip
    if not flags:
        return gettext("%(title)s: nothing in its plays asks for a look.", title=title)
    scenes = {flag.scene for flag in flags}
    first = str(ngettext("%(title)s: %(num)s scene asks for a look.", "%(title)s: %(num)s scenes ask for a look.",
                         len(scenes), title=title))  # fmt: skip
    worst, definition = flags[0], plays.compiled.definition if plays.compiled else None
    if not worst.is_grave:
        return first
    return say.in_a_row(
        first, gettext("Scene %(scene)s: %(advice)s", scene=worst.scene, advice=advice(worst, definition))
    )


def advice(flag: Flag, definition: ScenarioDefinition | None) -> str:
    """What to do, with the reply it is about."""
    values = {}
    if flag.choice is not None and definition is not None:
        values = {
            "choice": gettext("“%(answer)s”", answer=reply_words(definition, flag.scene, flag.choice, TITLE_ROOM))
        }
    return say.say(Message(flag.advice.template, values))


def evidence(flag: Flag) -> str:
    """Why, with shares as percentages and p as far as it matters."""
    values = dict(flag.values)
    for name, value in values.items():
        if name == "p":
            values[name] = number(value, 3) if value >= 0.001 else gettext("under %(least)s", least=number(0.001, 3))
        elif isinstance(value, float):
            values[name] = percent(value)
    return say.say(Message(flag.evidence.template, values))


def reply_words(definition: ScenarioDefinition, scene: str, choice: str | None, room: int | None = None) -> str:
    """What a choice says, cut where ``room`` is too small."""
    if choice is None:
        return gettext("typed")
    words = say.words(definition.scenes[scene].choices[choice].reply, choice)
    return words if room is None or len(words) <= room else words[: room - 1].rstrip() + "…"


def seconds_words(times: Times | None) -> str:
    """The middle time of a turn with its quartiles: "24 s (15–41)"."""
    if times is None or times.n < MINIMUM_N:
        return "–"
    return gettext("%(median)s s (%(low)s–%(high)s)", median=times.median, low=times.low, high=times.high)


# ---- what the page shows -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """A row of a scene's table: what the reply says, its figures, its five bars as (taken, offered, bar)."""

    choice: ChoiceFigures
    text: str
    fifths: tuple[tuple[int, int, charts.Bar], ...]


@dataclass(frozen=True, slots=True)
class SceneRow:
    """A scene of the page with its rows and flags; ``place`` is its number on the map."""

    place: int
    figures: SceneFigures
    says: Any
    times: str
    left: float | None
    choices: tuple[ChoiceRow, ...]
    flags: tuple[Flag, ...]


def shown(plays: FirstPlays, flags: list[Flag]) -> dict[str, Any]:
    """The pictures and rows of a page; empty where nobody played."""
    if plays.figures is None or plays.compiled is None or not plays.n:
        return {"scenes": [], "map": None, "histogram": [], "endings": []}
    figures, definition = plays.figures, plays.compiled.definition
    return {
        "scenes": [
            _scene_row(place, scene, definition, tuple(flag for flag in flags if flag.scene == scene.key))
            for place, scene in enumerate(figures.scenes, 1)
        ],
        "map": scene_map(definition, language=locale.language(), flows=_flows(figures), visits=_visits(figures)),
        "histogram": histogram_bars(figures),
        "endings": [(ending.title, figures.endings.get(key, 0)) for key, ending in definition.endings.items()],
    }


def _scene_row(place: int, scene: SceneFigures, definition: ScenarioDefinition, flags: tuple[Flag, ...]) -> SceneRow:
    return SceneRow(
        place=place,
        figures=scene,
        says=definition.scenes[scene.key].says,
        times=seconds_words(scene.times),
        left=scene.left / scene.came if scene.came else None,
        choices=tuple(_choice_row(scene.key, one, definition) for one in scene.choices),
        flags=flags,
    )


def _choice_row(scene: str, one: ChoiceFigures, definition: ScenarioDefinition) -> ChoiceRow:
    tone = "ok" if one.is_best else "alarm" if one.is_taboo else "teal"
    bars = tuple((taken, of, charts.progress("", taken, of or 1, tone=tone)) for taken, of in one.fifths)
    return ChoiceRow(one, reply_words(definition, scene, one.key), bars)


def _flows(figures: PlayFigures) -> dict[tuple[str, str], int]:
    return {
        (way.scene, way.option or (TYPED_TABOO if way.is_taboo_way else TYPED)): n for way, n in figures.flows.items()
    }


def _visits(figures: PlayFigures) -> dict[str, int]:
    return {**{scene.key: scene.plays for scene in figures.scenes}, **figures.endings}


def histogram_bars(figures: PlayFigures) -> tuple[charts.Bar, ...]:
    """How many scores lie in each tenth of 0 to 100 %, the best first."""
    rows = []
    for place in reversed(range(BINS)):
        low, high = 100 * place // BINS, 100 * (place + 1) // BINS - (place + 1 < BINS)
        n = figures.histogram[place]
        rows.append((gettext("%(low)s–%(high)s %%", low=low, high=high), float(n), number(n)))
    return charts.bars(rows, maximum=float(max(figures.histogram, default=0) or 1))


def lengths(definition: ScenarioDefinition) -> dict[str, float]:
    """How much there is to read in each scene, 1 on average; both languages count alike."""
    found = dict.fromkeys(definition.scenes, 0.0)
    for language in (ENGLISH, CHINESE):
        read = {
            key: len(in_language(scene.says, language) or "")
            + sum(len(in_language(choice.reply, language) or "") for choice in scene.choices.values())
            for key, scene in definition.scenes.items()
        }
        mean = sum(read.values()) / len(read) or 1.0
        for key, length in read.items():
            found[key] += max(length, 1) / mean / 2
    return found
