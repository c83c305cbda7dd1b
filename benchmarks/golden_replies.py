"""``python -m benchmarks.golden_replies``: add the readings of a new scorer version to the golden file, once for ever.

The file holds replies with their exact reading by each version. A reading that stands in it is never written again:
where the program reads a reply otherwise than it is kept there, the engine has changed under an old version, and
needs a new format in ``replies_scorers.FORMATS`` beside the old way of reading.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.replies import ReplyContext, read_reply, scorer, to_json, versions
from lms.scenarios.replies_semantic import is_installed

FOLDER = Path(__file__).parent.parent / "tests" / "scenarios"
GOLDEN = FOLDER / "golden_readings.jsonl"
OWN = FOLDER / "golden_framework.json"


def golden() -> list[dict[str, Any]]:
    """The lines: ``framework``, ``language``, ``text``, perhaps ``scene``, and ``readings`` by version."""
    return [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


def read(line: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What that version says of a line's reply today."""
    own = FrameworkDefinition.model_validate_json(OWN.read_text(encoding="utf-8"))
    framework = own if line["framework"] == own.framework else product_frameworks()[line["framework"]]
    scene = {name: tuple(texts) for name, texts in line.get("scene", {}).items()}
    return to_json(read_reply(line["text"], ReplyContext(framework, line["language"], **scene), scorer(version)))


def lines_for(version: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines kept for a version: embeddings are slow, so of their tier every fifth."""
    return lines[::5] if version.startswith("semantic") else lines


def main() -> None:
    """Add every version at hand that a line does not know."""
    lines = golden()
    for version in versions():
        if version.startswith("semantic") and not is_installed():
            sys.exit("The semantic versions need their package: make setup-semantic.")
        for line in lines_for(version, lines):
            if version not in line["readings"]:
                line["readings"][version] = read(line, version)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    GOLDEN.write_text(text, encoding="utf-8")
    print(f"{len(lines)} replies, each read by {', '.join(versions())}")


if __name__ == "__main__":
    main()
