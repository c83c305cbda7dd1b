"""From a reply to labels: SPIN asks one question a reply, other frameworks are read sentence by sentence (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core.texts import in_language
from lms.scenarios.definitions import FrameworkStep
from lms.scenarios.replies_guards import HOLLOW, guards_of, signs_of, without_asides
from lms.scenarios.replies_likeness import language_of, likeness
from lms.scenarios.replies_limits import Limits
from lms.scenarios.replies_meanings import meaning_of
from lms.scenarios.replies_odds import (
    chance,
    cue_odds,
    cue_words,
    fused,
    joined,
    opinions,
    righted,
    shares,
    whole_shares,
)
from lms.scenarios.replies_reading import Evidence, Finding, Guard, ReplyContext, ReplyReading, TabooHit
from lms.scenarios.replies_scene import hints_of
from lms.scenarios.replies_scorers import Model, Scorer
from lms.scenarios.replies_sentences import Sentence, clause_around, normalised, sentences, trimmed
from lms.scenarios.replies_taboos import HeardTaboo, better_words, known_hits, parted, without_quotations

NONE = "none"
TABOO = "taboo"
NEVER = 2.0
"""A share nothing reaches: what a label without a threshold needs to be believed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The reading, and the best guess as labels: ``is_sure`` when nothing in the whole guess is in doubt."""

    reading: ReplyReading
    labels: tuple[str, ...]
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A reply on the table: cut into sentences, with all that is known about it."""

    text: str
    parts: list[Sentence]
    context: ReplyContext
    language: str
    scorer: Scorer
    guards: tuple[Guard, ...]


def judge(text: str, context: ReplyContext, scorer: Scorer) -> Judgement:
    """What ``scorer`` thinks of ``text``; never fails on any text."""
    language = language_of(text, context.language)
    parts = sentences(text)
    scene = Scene(text, parts, context, language, scorer, guards_of(text, parts, context, language, scorer))
    return _one_question(scene) if context.framework.framework == "spin" else _many_steps(scene)


def _one_question(scene: Scene) -> Judgement:
    model = scene.scorer.models[("spin", scene.language)]
    flat = without_asides(normalised(scene.text), scene.language, scene.scorer).strip()
    chances = single_chances(model, flat, scene.language)
    label = NONE if Guard.RUBRIC_WORDS in scene.guards else max(model.labels, key=lambda name: chances[name])
    heard = known_hits(scene.text, scene.parts, scene.context, scene.language, scene.scorer.limits)
    hits, doubtful = parted(heard, scene.scorer.limits, Guard.QUOTED in scene.guards)
    sure = chances[label] >= model.thresholds.get(label, NEVER) and not scene.guards and not heard
    if scene.scorer.limits.asks_last and label != NONE:
        sure = sure and asks_last(flat)
    findings: tuple[Finding, ...] = ()
    if label in {step.key for step in scene.context.framework.steps}:
        findings = (Finding(label, sure, round(chances[label], 4), _question_words(scene, model, label)),)
    reading = ReplyReading(scene.scorer.version, findings, hits, scene.guards, not sure, doubtful)
    return Judgement(reading, (label,), sure)


def asks_last(text: str) -> bool:
    """Whether nothing is said after a question mark; questions without one are taken as they come."""
    asked, _, after = text.replace("？", "?").rpartition("?")
    return not asked or not any(sign.isalnum() for sign in after)


def single_chances(model: Model, flat: str, language: str) -> dict[str, float]:
    """The share of each label for a reply that takes one step."""
    said = opinions(model, flat, language, cue_odds(model, flat))
    return fused([dict(zip(odds, shares(list(odds.values())), strict=True)) for odds in said], model.weights)


def _question_words(scene: Scene, model: Model, label: str) -> tuple[Evidence, ...]:
    found = [words for part in scene.parts for words in _clauses(scene, model, label, part)]
    if found:
        return tuple(joined(found))
    asking = [part for part in scene.parts if part.text.endswith(("?", "？"))] or scene.parts
    return (Evidence(*trimmed(scene.text, asking[-1].start, asking[-1].end)),) if asking else ()


def _clauses(scene: Scene, model: Model, label: str, part: Sentence) -> list[Evidence]:
    """The clauses of a sentence in which words speak for the label: a word alone would show little."""
    found = []
    for words in cue_words(model, label, part.text):
        start, end = clause_around(part.text, words.start, words.end)
        found.append(Evidence(*trimmed(scene.text, part.start + start, part.start + end)))
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """The shares of each label: sentence by sentence, and of the reply."""

    rows: list[dict[str, float]]
    reply: dict[str, float]

    def places(self, label: str, cut: float) -> list[int]:
        """The sentences that say it: from the cut on, or the most likely one of a reply that says it as a whole."""
        if self.reply.get(label, 0.0) < cut or not self.rows:
            return []
        best = max(row[label] for row in self.rows)
        return [place for place, row in enumerate(self.rows) if row[label] >= min(cut, best)]


def _many_steps(scene: Scene) -> Judgement:
    model = scene.scorer.models[("lscat", scene.language)]
    said = _said(scene, model)
    heard = _heard(scene, model, said)
    hits, doubtful = parted(heard, scene.scorer.limits, Guard.QUOTED in scene.guards)
    found = (_finding(scene, model, step, said) for step in scene.context.framework.steps)
    findings = tuple(finding for finding in found if finding)
    guessed = tuple(finding.step for finding in findings) + ((TABOO,) if heard else ())
    limits = scene.scorer.limits
    believed = all(is_believed(model, limits, said.reply, label) for label in guessed)
    sure = believed and not scene.guards and clarity(model, said.reply) >= model.thresholds.get("whole", NEVER)
    reading = ReplyReading(scene.scorer.version, findings, hits, scene.guards, not sure, doubtful)
    return Judgement(reading, guessed, sure)


def _said(scene: Scene, model: Model) -> Said:
    rows = [_row(scene, model, part) for part in scene.parts]
    best = {label: max((row[label] for row in rows), default=0.0) for label in model.labels}
    if model.whole is None or not rows:
        return Said(rows, best)
    hollow = [_is_hollow(scene, part) for part in scene.parts]
    return Said(rows, reply_shares(model, [part.text for part in scene.parts], hollow, best, scene.language))


def reply_shares(
    model: Model, texts: Sequence[str], hollow: Sequence[bool], best: Mapping[str, float], language: str
) -> dict[str, float]:
    """Shares of the reply: the best of its sentences and the opinion on the whole, set right by label.

    ``hollow`` sentences take no step; a taboo may stand in them.
    """
    assert model.whole is not None
    spoken = [without_quotations(text) for text in texts]
    every = whole_shares(model.whole, " ".join(spoken), language)
    kept = [text for text, is_hollow in zip(spoken, hollow, strict=True) if not is_hollow]
    steps = every if len(kept) == len(spoken) else whole_shares(model.whole, " ".join(kept), language)
    part, found = model.whole.share, {}
    for label, share in best.items():
        whole = every[label] if label == TABOO else steps[label] if kept else 0.0
        found[label] = righted(model, label, (1.0 - part) * share + part * whole)
    return found


def is_believed(model: Model, limits: Limits, shares: Mapping[str, float], label: str) -> bool:
    """Whether a label that was guessed may be believed: a step only where a taboo is unlikely enough."""
    is_calm = label == TABOO or shares.get(TABOO, 0.0) <= limits.calm
    return is_calm and shares.get(label, 0.0) >= model.thresholds.get(label, NEVER)


def clarity(model: Model, best: Mapping[str, float]) -> float:
    """How clear a whole reply is, from 0 to 1: the product over labels of how far each is from the cut."""
    clear = 1.0
    for label, share in best.items():
        cut = model.cut_of(label)
        beyond = (share - cut) / (1.0 - cut) if share >= cut else (cut - share) / cut
        clear *= (1.0 + beyond) / 2.0
    return clear


def _row(scene: Scene, model: Model, part: Sentence) -> dict[str, float]:
    hints = hints_of(part.text, scene.context, scene.language, scene.scorer.limits)
    chances = sentence_chances(model, part.text, scene.language, hints)
    spoken = without_quotations(part.text)
    if spoken != part.text:
        chances[TABOO] = sentence_chances(model, spoken, scene.language, {})[TABOO]
    if _is_hollow(scene, part):
        chances = {label: share if label == TABOO else 0.0 for label, share in chances.items()}
    return chances


def _is_hollow(scene: Scene, part: Sentence) -> bool:
    return bool(signs_of(without_quotations(part.text), scene.language, scene.scorer) & HOLLOW)


def sentence_chances(model: Model, flat: str, language: str, hints: Mapping[str, float]) -> dict[str, float]:
    """The share of each label for one sentence; a sentence may hold several."""
    odds = cue_odds(model, flat)
    for label, hint in hints.items():
        if label in odds:
            odds[label] += hint
    said = opinions(model, flat, language, odds)
    return fused([{label: chance(value) for label, value in opinion.items()} for opinion in said], model.weights)


def _heard(scene: Scene, model: Model, said: Said) -> list[HeardTaboo]:
    limits = scene.scorer.limits
    heard = known_hits(scene.text, scene.parts, scene.context, scene.language, limits)
    taken = {one.hit.evidence.start for one in heard}
    for place in said.places(TABOO, model.cut_of(TABOO)):
        part = scene.parts[place]
        start, end = trimmed(scene.text, part.start, part.end)
        if start not in taken:
            instead = better_words(part.text, scene.context, scene.language, limits)
            hit = TabooHit(Evidence(start, end), scene.text[start:end], instead)
            share = said.reply[TABOO] if model.whole else said.rows[place][TABOO]
            heard.append(HeardTaboo(hit, share >= model.thresholds.get(TABOO, NEVER)))
    return sorted(heard, key=lambda one: one.hit.evidence.start)


def _finding(scene: Scene, model: Model, step: FrameworkStep, said: Said) -> Finding | None:
    known = scene.context.framework.framework == "lscat"
    meaning = step.key if known else meaning_of(step, scene.scorer.limits)
    if meaning not in model.labels or meaning == TABOO:
        return _by_meaning(scene, step, meaning)
    share = said.reply[meaning]
    places = said.places(meaning, model.cut_of(meaning))
    if not places:
        return None
    sure = known and is_believed(model, scene.scorer.limits, said.reply, meaning) and not scene.guards
    words: list[Evidence] = []
    for place in places:
        words += _words(scene, model, meaning, scene.parts[place])
    return Finding(step.key, sure, round(share, 4), tuple(joined(words)))


def _words(scene: Scene, model: Model, label: str, part: Sentence) -> list[Evidence]:
    whole = Evidence(*trimmed(scene.text, part.start, part.end))
    return _clauses(scene, model, label, part) or [whole]


def _by_meaning(scene: Scene, step: FrameworkStep, meaning: str | None) -> Finding | None:
    """A step of a framework of one's own: by what steps of that name mean, else by the step's own examples."""
    model = scene.scorer.models[("meanings", scene.language)]
    tongue = "zh-Hans" if scene.language == "zh" else "en"
    for part in scene.parts:
        share = chance(cue_odds(model, part.text)[meaning]) if meaning in model.labels else 0.0
        alike = max(
            (likeness(in_language(text, tongue), part.text, scene.language) for text in step.examples), default=0
        )
        if max(share, alike) >= scene.scorer.limits.own_step:
            words = trimmed(scene.text, part.start, part.end)
            return Finding(step.key, False, round(max(share, alike), 4), (Evidence(*words),))
    return None
