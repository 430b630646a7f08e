"""Machinery: settings, database, storage, crypto, pages; knows no word of the benefit."""
