"""Work that becomes due with time: reminders, deadlines, recomputed days."""
