"""应急预案: what to do first when a system fails, shown beside its incidents."""
