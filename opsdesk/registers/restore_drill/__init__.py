"""恢复演练 (E10-02, E15-08): a backup restored into a copy as if in earnest, opened, counted, timed, and signed for."""
