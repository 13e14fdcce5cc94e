"""Searches: proposals, rounds and the final choice."""
