"""Pages that look across: my training, my team, what is due."""
