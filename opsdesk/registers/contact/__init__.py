"""接口人: whom to call and write to (T1-IF-01)."""
