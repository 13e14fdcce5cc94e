# The workflow, which Snakemake's catalogue and modules look for in its own folder.
include: "workflow/Snakefile"


workflow.default_target = "all"
