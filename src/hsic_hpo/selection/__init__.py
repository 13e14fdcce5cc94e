"""From sensitivity indices to decisions."""
