"""Query results and graph views in the formats of other tools: one module per format."""
