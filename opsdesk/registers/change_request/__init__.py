"""停机变更 (F25): shutdowns and changes, approved before they begin, with a way back and a result."""
