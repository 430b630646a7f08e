"""The kinds of letters that code must tell apart, by their L numbers; all kinds stand in ``texts.toml``."""

NOT_ISSUED = {"L08"}  # 公示 is a stage without a letter
INTERNAL = "L07"  # an internal letter, never shown to citizens
NOT_ACCEPTED = "L03"
RECOGNITION = "L09"
CERTIFICATE = "L10"
REFUSAL = "L11"
REVOCATION = "L14"
GRANTING = (RECOGNITION, CERTIFICATE)  # they say that somebody has a benefit
TAKING_AWAY = (REFUSAL, REVOCATION)
RESULTS = (*GRANTING, *TAKING_AWAY)  # a proxy needs the right to receive results to open them
