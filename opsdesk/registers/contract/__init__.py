"""合同: contracts, and by which regulation each works from which day."""
