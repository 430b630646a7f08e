"""Benefits (待遇): what a recognised disease gives, with first and last day."""
