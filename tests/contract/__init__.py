"""What a person or an operator touches: a failure here would surprise a reader of the changelog."""
