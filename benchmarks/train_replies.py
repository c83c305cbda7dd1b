"""``make train-replies``: train the next version of the scorer of typed replies and write it, if it is good enough.

Reads the word lists of ``reply_cues`` and the labelled replies of ``reply_corpus`` (splits train, dev and former,
never test), plus any export of replies that trainers corrected (``--more FILE``, same line format, ``domain`` the
scenario's key). Every figure it decides by comes from trades the weights did not see: the trades are dealt into
folds, and each fold is judged by a model trained on the others. Then one model is trained on everything.

The same input gives the same bytes: no chance is involved, weights are rounded, nothing names the day. (In the
semantic tier but for last digits: embeddings differ there with what else is encoded at the same time.)
scikit-learn is needed here only; the product reads the numbers this writes. A new version is not in use before
``reply_models/in_use.json`` names it.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.replies_corpus import FOLDER, LABELS, LANGUAGES, corpus
from benchmarks.train_replies_fitting import with_weights
from benchmarks.train_replies_judging import rights_of, thresholds, told, unseen, unseen_shares, with_rights
from benchmarks.train_replies_material import CUES, OTHER_LABELS, material, model_of, version_of
from lms.scenarios.replies_scorers import built, versions

MODELS = Path(__file__).parent.parent / "lms" / "scenarios" / "reply_models"
FLOORS = {"linear": {"spin": 0.79, "lscat": 0.77}, "semantic": {"spin": 0.84, "lscat": 0.82}}
JUDGED_BY = "pooled fresh"
"""The figure that must reach the floor: macro-F1 of both languages, on trades neither weights nor word lists saw."""
TRAINED_ON = ("train", "dev", "former")


def train(tier: str, more: Sequence[Path]) -> dict[str, Any]:
    """The next version's content, with its figures by framework and language on trades not trained on."""
    tasks: dict[str, Any] = {
        task: {language: model_of(task, language, tier) for language in LANGUAGES} for task in (*LABELS, *OTHER_LABELS)
    }
    cues = built(version_of(tier, 0, tasks, {}))
    figures: dict[str, dict[str, float]] = {}
    for task in LABELS:
        replies = corpus(task, TRAINED_ON, more)
        every = {
            language: material(
                [reply for reply in replies if reply.language == language], task, language, cues, tasks[task][language]
            )
            for language in LANGUAGES
        }
        rows = unseen_shares(every, tasks[task], tier)
        rights = rights_of(every, rows) if tasks[task]["zh"]["cut"] else {language: {} for language in LANGUAGES}
        models = {language: with_rights(cues.models[(task, language)], rights[language]) for language in LANGUAGES}
        judged = {language: unseen(every[language], rows[language], models[language]) for language in LANGUAGES}
        limits = thresholds(judged, models["zh"])
        figures[task] = told(judged, models["zh"], limits)
        everything = {language: list(range(len(given.replies))) for language, given in every.items()}
        tasks[task] = with_weights(every, everything, tasks[task], tier)
        for language in LANGUAGES:
            tasks[task][language] |= {"thresholds": limits[language], "rights": rights[language]}
    inputs = [*sorted(FOLDER.glob("*.jsonl")), *sorted(CUES.glob("*.yaml")), *more]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in inputs}
    at_hand = versions(tier)
    number = int(at_hand[-1].rpartition("-")[2]) + 1 if at_hand else 1
    return version_of(tier, number, tasks, {"files": digests, "figures": figures})


def main() -> None:
    """Train, tell the figures, and write the version unless it stays below the floors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tier", choices=["linear", "semantic"], default="linear")
    parser.add_argument("--more", type=Path, action="append", default=[], help="an export of corrected replies (JSONL)")
    parser.add_argument("--dry-run", action="store_true", help="tell the figures, write nothing")
    parser.add_argument("--into", type=Path, default=MODELS, help="folder of the versions")
    options = parser.parse_args()
    try:
        version = train(options.tier, options.more)
    except (OSError, ValueError, LookupError) as fault:
        sys.exit(f"Nothing was written: {fault}")
    for task, figures in version["trained_on"]["figures"].items():
        print(task, *(f"  {name} {value:g}" for name, value in figures.items()), sep="\n")
        floor = FLOORS[options.tier][task]
        if figures[JUDGED_BY] < floor:
            sys.exit(f"Nothing was written: {task} reaches {figures[JUDGED_BY]:.3f}, the floor is {floor}.")
    if options.dry_run:
        return
    write(version, options.into)


def write(version: dict[str, Any], folder: Path) -> None:
    """Write the version and its line in the register; a version that is there is never overwritten."""
    path = folder / f"{version['version']}.json"
    text = json.dumps(version, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    with path.open("x", encoding="utf-8") as stream:
        stream.write(text)
    register = folder / "register.json"
    known = json.loads(register.read_text(encoding="utf-8")) if register.exists() else {}
    known[version["version"]] = hashlib.sha256(text.encode()).hexdigest()
    register.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{path.name} written, {len(text.encode()) // 1024} KiB; name it in in_use.json, then restart the servers")


if __name__ == "__main__":
    main()
