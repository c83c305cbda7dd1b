"""Certification files: what a certificate requires and how long it holds (pure)."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from lms.core.content import Definition, Fault, Key, Loc, Reference, Text, unique_by
from lms.core.texts import N_

LEAVES = ("course", "exam", "scenario", "sign_off", "session", "licence", "certification")
"""What can be required; also the kinds of the references made."""
BRANCHES = ("all", "any", "at_least")

Months = Annotated[int, Field(ge=1, le=600)]
SomeMonths = Annotated[int, Field(ge=0, le=600)]


class AtLeast(Definition):
    """So many of several requirements."""

    count: Annotated[int, Field(ge=1)]
    of: Annotated[list["Requirement"], Field(min_length=1)]

    def faults(self) -> Iterator[Fault]:
        if self.count > len(self.of):
            values = {"count": self.count, "held": len(self.of)}
            yield Fault(("count",), N_("This asks for %(count)s, but only %(held)s are listed."), values)


class Requirement(Definition):
    """A node of the tree: one thing that is required, or all, any or at least so many of several."""

    all_: Annotated[list["Requirement"], Field(min_length=1)] | None = Field(default=None, alias="all")
    any_: Annotated[list["Requirement"], Field(min_length=1)] | None = Field(default=None, alias="any")
    at_least: AtLeast | None = None
    course: Key | None = None
    exam: Key | None = None
    scenario: Key | None = None
    sign_off: Key | None = None
    session: Key | None = None
    licence: Key | None = None
    certification: Key | None = None

    def faults(self) -> Iterator[Fault]:
        named = [name for name in (*BRANCHES, *LEAVES) if self.part(name) is not None]
        if not named:
            known = ", ".join((*BRANCHES, *LEAVES))
            yield Fault((), N_("Say what is required, with one of: %(known)s."), {"known": known})
        if len(named) > 1:
            yield Fault(
                (named[1],),
                N_("Only one thing stands here; put “%(first)s” and “%(second)s” into a list under all or any."),
                {"first": named[0], "second": named[1]},
            )

    def part(self, name: str) -> object:
        """What stands under a name of the file."""
        return getattr(self, {"all": "all_", "any": "any_"}.get(name, name))

    @property
    def kind(self) -> str:
        """Which of ``LEAVES`` or ``BRANCHES`` this node is."""
        return next(name for name in (*BRANCHES, *LEAVES) if self.part(name) is not None)

    @property
    def key(self) -> str:
        """The key that a leaf requires."""
        return str(self.part(self.kind))

    def children(self) -> list["Requirement"]:
        """The requirements under a branch; none under a leaf."""
        return self.all_ or self.any_ or (self.at_least.of if self.at_least else [])

    def leaves(self, loc: Loc = ()) -> Iterator[Reference]:
        """Everything required anywhere in the tree, with its place."""
        if self.kind in LEAVES:
            yield Reference(self.kind, self.key, (*loc, self.kind))
        inner = (*loc, self.kind, "of") if self.at_least else (*loc, self.kind)
        for index, child in enumerate(self.children()):
            yield from child.leaves((*inner, index))


class Certification(Definition):
    """The rule of one certification."""

    certification: Key
    title: Text
    roles: Annotated[list[Key], unique_by()] = []
    requires: Requirement
    recertify: Requirement | None = None
    validity_months: Months = 12
    window_months: SomeMonths = 2
    minimum_active_months: SomeMonths = 6
    date_rule: Literal["completion", "expiry", "fixed"] = "expiry"

    def faults(self) -> Iterator[Fault]:
        if self.window_months >= self.validity_months:
            yield Fault(("window_months",), N_("The window must be shorter than the validity."))
        if self.minimum_active_months > self.validity_months:
            yield Fault(("minimum_active_months",), N_("This must not be longer than the validity."))
        for leaf in self.leaves():
            if (leaf.kind, leaf.key) == ("certification", self.certification):
                yield Fault(leaf.loc, N_("A certification cannot require itself; take this away."))

    def leaves(self) -> Iterator[Reference]:
        """Everything required for the first certificate or for its renewal, with its place."""
        yield from self.requires.leaves(("requires",))
        if self.recertify:
            yield from self.recertify.leaves(("recertify",))


class CertificationsFile(Definition):
    """``courses/certifications.yaml``."""

    certifications: Annotated[list[Certification], unique_by("certification")] = []

    def faults(self) -> Iterator[Fault]:
        needs = {
            certification.certification: {
                leaf.key for leaf in certification.requires.leaves() if leaf.kind == "certification"
            }
            - {certification.certification}
            for certification in self.certifications
        }
        for index, certification in enumerate(self.certifications):
            if circle := circle_from(certification.certification, needs):
                values = {"circle": " → ".join(circle)}
                loc = ("certifications", index, "requires")
                yield Fault(
                    loc, N_("These certifications require each other, so nobody can begin: %(circle)s."), values
                )


SCHEMAS: dict[str, type[Definition]] = {"certifications": CertificationsFile}


def circle_from(start: str, needs: Mapping[str, set[str]]) -> list[str] | None:
    """The way along which a certification comes to require itself, or none."""
    trails = [[start]]
    seen = {start}
    while trails:
        trail = trails.pop()
        for needed in sorted(needs.get(trail[-1], ())):
            if needed == start:
                return [*trail, start]
            if needed not in seen:
                seen.add(needed)
                trails.append([*trail, needed])
    return None


def references(file: CertificationsFile) -> Iterator[Reference]:
    """Everything the certifications require: the kinds of ``LEAVES``; licences are defined by no file."""
    for index, certification in enumerate(file.certifications):
        for leaf in certification.leaves():
            yield Reference(leaf.kind, leaf.key, ("certifications", index, *leaf.loc))
