"""What time does by itself: reminders, deadlines, days written anew."""
