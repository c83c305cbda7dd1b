"""What a report concludes, as sentences; rates arrive written, names in the reader's language (pure)."""

from collections.abc import Callable, Sequence

from lms.core.texts import N_, Message
from lms.reporting.rates import Rate, Rates
from lms.statistics.proportions import Verdict

Write = Callable[[float | None], str]
"""Writes a share as a percentage."""

WHOLE = {
    Verdict.MET: N_("%(title)s passes at %(rate)s and meets the %(target)s target."),
    Verdict.NOT_MET: N_("%(title)s passes at %(rate)s and does not meet the %(target)s target."),
    Verdict.NOT_PROVEN: N_("%(title)s passes at %(rate)s; whether that meets the %(target)s target is not proven."),
    Verdict.NO_DATA: N_("Nobody finished a first attempt for %(title)s in this time."),
}
EMOTION = {
    Verdict.MET: N_("Emotions are recognised in %(rate)s of questions, which meets the %(target)s target."),
    Verdict.NOT_MET: N_("Emotions are recognised in %(rate)s of questions; the %(target)s target is not met."),
    Verdict.NOT_PROVEN: N_("Emotions are recognised in %(rate)s of questions; the %(target)s target is not proven."),
    Verdict.NO_DATA: N_("No exam-mode role-play has asked for emotions in this time."),
}
ONE_DOES_NOT = N_("%(name)s, at %(rate)s, does not.")
SEVERAL_DO_NOT = N_("%(count)s do not: %(names)s.")
ONE_DOES = N_("%(name)s, at %(rate)s, does.")
SEVERAL_DO = N_("%(count)s do: %(names)s.")
ONE_MISSES = N_("%(name)s, at %(rate)s, misses it.")
SEVERAL_MISS = N_("%(count)s miss it: %(names)s.")
TOO_FEW_ONE = N_("One looks fine but has too few attempts to say so.")
TOO_FEW_MANY = N_("%(count)s look fine but have too few attempts to say so.")
MONTH_UNUSUAL = N_("%(months)s was unusual; all others lie within their limits.")
MONTHS_UNUSUAL = N_("%(months)s were unusual; all others lie within their limits.")
MONTHS_USUAL = N_("All months lie within their limits.")
NAMED = 3
"""So many groups are called by name; more are only counted."""


def conclusion(
    found: Rates, title: str, names: Callable[[Rate], str], write: Write, join: Callable[[Sequence[str]], str],
    templates: dict[Verdict, str] = WHOLE,
) -> list[Message]:  # fmt: skip
    """The verdict on the whole, then the groups that differ from it."""
    whole = found.whole
    values = {"title": title, "rate": write(whole.of.rate), "target": write(found.target)}
    first = Message(templates[whole.verdict], values)
    wanted, one, several = {
        Verdict.MET: (Verdict.NOT_MET, ONE_DOES_NOT, SEVERAL_DO_NOT),
        Verdict.NOT_MET: (Verdict.MET, ONE_DOES, SEVERAL_DO),
    }.get(whole.verdict, (Verdict.NOT_MET, ONE_MISSES, SEVERAL_MISS))
    differing = found.having(wanted)
    if not differing or whole.verdict is Verdict.NO_DATA:
        return [first]
    if len(differing) == 1:
        only = differing[0]
        return [first, Message(one, {"name": names(only), "rate": write(only.of.rate)})]
    named = [names(group) for group in sorted(differing, key=lambda group: group.of.rate or 0)][:NAMED]
    listed = join(named) + (" …" if len(differing) > NAMED else "")
    return [first, Message(several, {"count": len(differing), "names": listed})]


def too_few(found: Rates) -> Message | None:
    """How many groups reach the target without proving it."""
    count = sum(one.verdict is Verdict.NOT_PROVEN and (one.of.rate or 0) >= found.target for one in found.groups)
    if not count:
        return None
    return Message(TOO_FEW_ONE) if count == 1 else Message(TOO_FEW_MANY, {"count": count})


def unusual_months(names: Sequence[str], join: Callable[[Sequence[str]], str]) -> Message:
    """What the control chart says; ``names`` are the months that signal."""
    if not names:
        return Message(MONTHS_USUAL)
    return Message(MONTH_UNUSUAL if len(names) == 1 else MONTHS_UNUSUAL, {"months": join(names)})
