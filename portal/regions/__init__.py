"""Cities as data: rules, diseases, hospitals, calendars; a third city is a new folder."""
