"""Who must learn what until when, and how far they are: paths, progress, sessions, sign-offs."""
