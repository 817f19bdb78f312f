"""补签单 (F03): a claimed time with reason, witness and approval; old and new record both stay."""
