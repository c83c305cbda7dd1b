"""People, departments, sites, job roles, and how they sign in."""
