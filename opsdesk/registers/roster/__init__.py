"""排班: who works which shift on which day."""
