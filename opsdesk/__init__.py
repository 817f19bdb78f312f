"""OpsDesk (运维台): the daily work of an on-site supervisor, from the record to the signed paper."""
