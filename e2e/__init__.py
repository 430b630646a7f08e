"""Journeys of people in a real browser, on phone and desktop, and with JavaScript off."""
