"""The table of moves as it was specified, written down by hand: no test may take it from the code."""

import itertools

IN_HAND = ("submitted", "reviewing", "appraising")

# The table as it was specified, written down by hand: action, from, to, who.
# T01 and T23 make and delete a draft, T26 ends a delegation, and a re-review may end a benefit: they move no case.
SPEC = """
send_for_consent     draft                            awaiting_principal             proxy
consent              awaiting_principal               submitted                      insured_person
refuse               awaiting_principal               draft                          insured_person system
submit               draft                            submitted                      insured_person proxy
accept               submitted                        reviewing                      reviewer system
deem_accepted        submitted                        reviewing                      system
not_accept           submitted                        not_accepted                   reviewer
ask_correction       submitted reviewing appraising   correction                     reviewer
answer_correction    correction                       back                           insured_person proxy
extend_correction    correction                       stay                           insured_person proxy
cancel_correction    correction                       back                           reviewer supervisor
lapse                correction                       lapsed                         system
supplement           submitted reviewing appraising   stay                           insured_person proxy
invite_experts       reviewing                        appraising                     reviewer
draft_decision       reviewing                        deciding                       reviewer
conclude_appraisal   appraising                       deciding                       system
change_panel         appraising                       stay                           reviewer
send_back            deciding                         reviewing appraising           approver
publish              deciding                         publicity                      approver
uphold_objection     publicity                        deciding                       reviewer
decide               deciding                         approved partly_approved denied  approver
decide               publicity                        approved partly_approved denied  approver system
withdraw             awaiting_principal submitted correction  withdrawn             insured_person proxy
withdraw             reviewing appraising deciding    withdrawn                      insured_person proxy
extend_deadline      reviewing appraising deciding    stay                           supervisor
take_back            submitted reviewing              draft                          insured_person proxy
revoke_benefit       approved partly_approved         stay                           supervisor
"""


def spec() -> set[tuple[str, str, str, str]]:
    """Return every (from, action, to, role) of the specification; a correction goes back to three places."""
    found = set()
    for line in SPEC.strip().splitlines():
        action, *parts = (part for part in line.split("  ") if part.strip())
        before, after, who = (part.split() for part in parts)
        for start, role in itertools.product(before, who):
            ends = IN_HAND if after == ["back"] else [start] if after == ["stay"] else after
            found |= {(start, action, end, role) for end in ends}
    return found


LEGAL = {(start, action, role) for start, action, _, role in spec()}
