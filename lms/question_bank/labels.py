"""The names of emotion labels and of skills (pure)."""

from collections.abc import Mapping

from lms.core.texts import N_, in_language

NAMES = {
    "angry": {"en": "Angry", "zh-Hans": "生气"},
    "anxious": {"en": "Anxious", "zh-Hans": "焦虑"},
    "disappointed": {"en": "Disappointed", "zh-Hans": "失望"},
    "confused": {"en": "Confused", "zh-Hans": "困惑"},
    "impatient": {"en": "Impatient", "zh-Hans": "不耐烦"},
    "sad": {"en": "Sad", "zh-Hans": "难过"},
    "satisfied": {"en": "Satisfied", "zh-Hans": "满意"},
    "neutral": {"en": "Neutral", "zh-Hans": "平静"},
    "frustrated": {"en": "Frustrated", "zh-Hans": "沮丧"},
    "worried": {"en": "Worried", "zh-Hans": "担心"},
    "afraid": {"en": "Afraid", "zh-Hans": "害怕"},
    "embarrassed": {"en": "Embarrassed", "zh-Hans": "尴尬"},
    "helpless": {"en": "Helpless", "zh-Hans": "无助"},
    "hurt": {"en": "Hurt", "zh-Hans": "委屈"},
    "relieved": {"en": "Relieved", "zh-Hans": "松了口气"},
    "grateful": {"en": "Grateful", "zh-Hans": "感激"},
    "surprised": {"en": "Surprised", "zh-Hans": "惊讶"},
    "suspicious": {"en": "Suspicious", "zh-Hans": "怀疑"},
    "happy": {"en": "Happy", "zh-Hans": "高兴"},
}


def label_name(label: str, language: str) -> str:
    """The label as people read it; a label that is not known here reads as its key, with spaces."""
    return in_language(NAMES.get(label), language) or label.replace("-", " ").capitalize()


SKILLS: Mapping[str, str] = {
    "complaint-handling": N_("Complaint handling"),
    "emotion-recognition": N_("Recognising emotion"),
    "spin": N_("SPIN questions"),
    "reception": N_("Reception"),
    "listening": N_("Listening"),
    "communication": N_("Communication"),
    "relationship-care": N_("Relationship care"),
    "technical-support": N_("Technical support"),
    "ethics": N_("Ethics and data protection"),
    "service-quality": N_("Service quality"),
}


def skill_name(key: str) -> str:
    """The skill's name, to be translated; an organisation's own skill reads as its key."""
    return SKILLS.get(key, key.replace("-", " ").capitalize())
