"""Figures: Datasets in, matplotlib Figures out; nothing is computed or trained here."""
