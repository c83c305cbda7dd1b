"""Statistics: pure measures of items, exams, proportions, processes and raters."""
