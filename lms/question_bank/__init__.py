"""Topics, items and their versions; how each type is shown and scored."""
