"""The desk: where staff of an agency move the cases of their city."""
