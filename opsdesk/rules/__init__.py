"""The law: pure functions over frozen facts; standard library only."""
