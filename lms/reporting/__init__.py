"""Reports: pass rates, certified on duty, emotion recognition, items and role-plays as measurements."""
