"""What a case sends and receives by post, and whether its letters are served."""
