"""The steps and questions of the application, declared once; pages, checks and the PDF form are derived from them."""
