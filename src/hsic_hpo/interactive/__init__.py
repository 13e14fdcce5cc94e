"""What a person calls from Python: one function a step, with results that show themselves."""
