"""Exam plans, lesson checks, attempts, grading."""
