"""Readers of other people's files: rows and findings, never a write."""
