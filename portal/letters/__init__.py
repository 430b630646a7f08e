"""Letters: formal documents, issued with a number, shown as pages, printed as PDF, verified by a code."""
