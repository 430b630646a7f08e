"""Pages for everybody: cities, service guide, diseases, help, verification, errors."""
