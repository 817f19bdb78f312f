"""考核方案: by which items, weights and standards somebody is appraised, edition by edition (F18, T4-01)."""
