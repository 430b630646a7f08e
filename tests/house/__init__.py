"""The rules of the house: what a machine can know about the code, the words and the documents."""
