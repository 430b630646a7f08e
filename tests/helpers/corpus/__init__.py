"""The corpus of files: what people, phones, scanners and attackers send."""
