"""What a person calls from Python or a notebook: one function a step, results that show themselves."""
