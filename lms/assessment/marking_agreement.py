"""Whether markers would have given the same marks: by rubric line, by marker, and against agreed samples (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from lms.statistics.agreement import Level, cohen_kappa, cross_table, krippendorff_alpha
from lms.statistics.figures import MINIMUM_N, Figure, known, too_few


@dataclass(frozen=True, slots=True)
class GivenMark:
    """One marker's points by rubric line for one answer."""

    essay_id: int
    marker_id: int
    levels: Mapping[str, Decimal]

    @property
    def points(self) -> Decimal:
        return sum(self.levels.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class LineAgreement:
    """Agreement on one rubric line over the answers that two people marked; ``share`` is of answers marked alike."""

    line: str
    alike: int
    n: int
    share: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class MarkerAgreement:
    """One marker against the others on the same answers.

    ``leniency`` is the mean difference of the rubric's points, above 0 for more generous than the others; ``kappas``
    is Cohen's kappa by rubric line.
    """

    marker_id: int
    n: int
    leniency: Figure
    kappas: Mapping[str, Figure]


def _pairs(marks: Iterable[GivenMark]) -> list[tuple[GivenMark, GivenMark]]:
    """The marks of every two markers who marked the same answer."""
    by_essay: dict[int, list[GivenMark]] = {}
    for mark in marks:
        by_essay.setdefault(mark.essay_id, []).append(mark)
    return [pair for found in by_essay.values() for pair in combinations(found, 2)]


def by_line(lines: Sequence[str], marks: Sequence[GivenMark], *, minimum_n: int = MINIMUM_N) -> list[LineAgreement]:
    """Exact agreement and Krippendorff's alpha (ordinal: a level further off weighs more) for each rubric line."""
    pairs = _pairs(marks)
    essays = sorted({first.essay_id for first, _second in pairs})
    markers = sorted({mark.marker_id for pair in pairs for mark in pair})
    given = {(mark.marker_id, mark.essay_id): mark.levels for pair in pairs for mark in pair}
    found = []
    for line in lines:
        table = [
            [levels.get(line) if (levels := given.get((marker, essay))) else None for essay in essays]
            for marker in markers
        ]
        alpha = krippendorff_alpha(table, Level.ORDINAL, minimum_n=minimum_n) if pairs else too_few(0, minimum_n)
        alike = sum(first.levels.get(line) == second.levels.get(line) for first, second in pairs)
        share = too_few(len(pairs), minimum_n) or known(len(pairs), Fraction(alike, len(pairs)))
        assert alpha is not None
        found.append(LineAgreement(line, alike, len(pairs), share, alpha))
    return found


def by_marker(
    lines: Mapping[str, Sequence[Decimal]], marks: Sequence[GivenMark], *, minimum_n: int = MINIMUM_N
) -> list[MarkerAgreement]:
    """Every marker against the others; ``lines`` names the points each rubric line can give."""
    pairs = _pairs(marks)
    markers = sorted({mark.marker_id for pair in pairs for mark in pair})
    return [_one_marker(marker, lines, pairs, minimum_n) for marker in markers]


def _one_marker(
    marker: int, lines: Mapping[str, Sequence[Decimal]], pairs: Sequence[tuple[GivenMark, GivenMark]], minimum_n: int
) -> MarkerAgreement:
    own = [
        pair if pair[0].marker_id == marker else pair[::-1]
        for pair in pairs
        if marker in (pair[0].marker_id, pair[1].marker_id)
    ]
    differences = [mine.points - other.points for mine, other in own]
    leniency = too_few(len(own), minimum_n) or known(len(own), Fraction(sum(differences, Decimal(0))) / len(own))
    kappas = {}
    for line, levels in lines.items():
        both = [
            (mine.levels[line], other.levels[line])
            for mine, other in own
            if line in mine.levels and line in other.levels
        ]
        table = cross_table([mine for mine, _other in both], [other for _mine, other in both], levels)
        kappas[line] = cohen_kappa(table, minimum_n=minimum_n)
    return MarkerAgreement(marker, len(own), leniency, kappas)


# ---- calibration --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SampleMark:
    """The agreed points of a sample by rubric line, and what a marker gave; None before they did."""

    agreed: Mapping[str, str]
    given: Mapping[str, str] | None

    @property
    def differing(self) -> list[str]:
        """The lines that were marked otherwise than agreed."""
        return [
            line for line, points in self.agreed.items() if self.given is not None and self.given.get(line) != points
        ]


def agreed_percent(marks: Sequence[SampleMark]) -> Decimal | None:
    """The percentage of rubric lines marked as agreed over all samples; None until every sample is marked."""
    if not marks or any(mark.given is None for mark in marks):
        return None
    lines = sum(len(mark.agreed) for mark in marks)
    alike = lines - sum(len(mark.differing) for mark in marks)
    return Decimal(100 * alike) / lines if lines else None


def line_counts(line: str, marks: Sequence[SampleMark]) -> tuple[int, int]:
    """How many samples were marked as agreed on this line, of how many marked."""
    marked = [mark for mark in marks if mark.given is not None]
    return sum(line not in mark.differing for mark in marked), len(marked)
