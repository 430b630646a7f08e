"""The places of a case in which files lie: a paper of the application has its own id, everything else a prefix."""

PILE = "pile"  # files that were sent together and wait to be sorted
SIGNED_FORM = "signed_form"  # the form that a person signed at the counter
ADDITION = "supplement:"  # before the id of a paper: what was added to it while the case is open
ANSWER = "defect:"  # before the id of a defect: the answer to it
# D51: slots of their own: nobody decides by them and no letter counts them.
MESSAGE = "message:"  # before the number of a message: the files that went with it
UNSENT = f"{MESSAGE}new:"  # before the id of its author: the files of a message that is still being written
