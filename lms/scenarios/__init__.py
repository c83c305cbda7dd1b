"""Role-plays: frameworks, scenarios, and the plays of them."""
