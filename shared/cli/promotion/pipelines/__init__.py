"""How a gate's findings are told to the pipeline that asked."""
