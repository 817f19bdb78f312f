"""付款约定: what a contract pays a quarter and how the score decides it (T1-APP-01), dated."""
