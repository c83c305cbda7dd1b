"""What channels and usual variables of a talk are called on pages (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.core.texts import N_


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to talk: its icon, its name, and the title of a talk held so (with a place for the customer's name)."""

    icon: str
    name: str
    talk: str


CHANNELS: Mapping[str, Channel] = {
    "phone": Channel("telephone", N_("Phone"), N_("Call with %(name)s")),
    "counter": Channel("shop-window", N_("Counter"), N_("At the counter with %(name)s")),
    "chat": Channel("chat-dots", N_("Chat"), N_("Chat with %(name)s")),
    "mail": Channel("envelope", N_("Mail"), N_("Letters with %(name)s")),
}

VARIABLES: Mapping[str, str] = {"trust": N_("Trust"), "anger": N_("Anger")}
"""Variables that most talks have; authors name others by keys of their own."""
