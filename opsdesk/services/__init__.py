"""The acts: transactions, the audit chain, accounts, the clock, the law library."""
