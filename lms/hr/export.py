"""The formats of an export (pure)."""

from enum import StrEnum

from lms.core.exports import CSV_TYPE, XLSX_TYPE


class Format(StrEnum):
    """What an export may be."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MEDIA_TYPES = {
    Format.CSV: CSV_TYPE,
    Format.XLSX: XLSX_TYPE,
    Format.JSON: "application/json",
}
