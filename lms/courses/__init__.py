"""Courses, their lessons and SOP cards, versions of them, and the search for job aids."""
