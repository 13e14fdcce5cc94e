"""One HTML page that tells the story of a study."""
