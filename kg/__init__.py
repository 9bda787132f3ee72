"""Policy knowledge graph: documents of government into a graph whose facts show their evidence."""

__version__ = "0.1.0"
