"""The desk: assignment of cases to staff, the queue, access, notes and phone calls."""
