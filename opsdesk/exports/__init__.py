"""The paper: one neutral Document, rendered to PDF and xlsx."""
