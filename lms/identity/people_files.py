"""Tables of people as CSV or XLSX bytes, to rows of text (pure)."""

from lms.core.table_files import MAX_ROWS, Row, decode, read_rows

__all__ = ["COLUMNS", "MAX_ROWS", "REQUIRED", "Row", "decode", "read_table"]

COLUMNS = {
    "employee_number": ("employee number", "employee no", "number", "工号", "员工编号"),
    "name": ("full name", "姓名"),
    "email": ("e-mail", "mail", "邮箱", "电子邮箱", "电子邮件"),
    "department": ("部门",),
    "site": ("location", "网点", "地点", "门店"),
    "job_role": ("job role", "岗位"),
    "roles": ("role", "permission roles", "权限", "角色"),
    "hired_on": ("hired on", "hire date", "入职日期"),
    "manager_email": ("manager", "manager e-mail", "manager email", "上级邮箱", "上级"),
    "mentor_email": ("mentor", "mentor e-mail", "师傅邮箱", "师傅"),
    "language": ("语言",),
}
REQUIRED = ("name", "email")


def read_table(filename: str, content: bytes) -> list[Row]:
    """The rows of a CSV or XLSX file of people; raises ``Invalid`` with what to do when it cannot be used."""
    return read_rows(filename, content, COLUMNS, REQUIRED)
