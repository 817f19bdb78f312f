"""考核事项: facts for an appraisal that no other register keeps, with what proves them (T4-02)."""
