"""Trials of what the record may never lose, leak or let pass (`docs/reliability.md`); each of them is able to fail."""
