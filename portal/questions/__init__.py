"""What is asked of a person: steps and questions, declared once; pages, checks and forms follow."""
