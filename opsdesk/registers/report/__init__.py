"""日报、周报、季度总结 (F07): begun from the record, written, sent by the due moment, taken in by the client."""
