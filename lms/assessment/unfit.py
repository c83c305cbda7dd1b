"""What a plan lists and may not ask: items for a feeling whose panel is too small or does not agree (pure)."""

from collections.abc import Collection, Iterator

from lms.assessment.content import Exam
from lms.core.content import Fault
from lms.core.texts import N_


def unfit_faults(exam: Exam, unfit: Collection[str]) -> Iterator[Fault]:
    """A fault for every listed item among ``unfit`` (keys); what a topic holds of them is passed over silently."""
    for index, section in enumerate(exam.sections):
        for place, key in enumerate(section.items or ()):
            if key in unfit:
                message = N_("Exams do not ask “%(key)s”: its panel is too small or does not agree. Take another item.")
                yield Fault(("sections", index, "items", place), message, {"key": key})
