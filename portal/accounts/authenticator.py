"""The WebAuthn library, as `passkeys.py` uses it; loaded when the first passkey is asked for.

The library and what it brings take seven MiB, and a server where no member of staff signs in needs none of it.
An *answer* is the JSON a browser sends; reading a bad one raises one of `UNREADABLE`.
"""

from collections.abc import Sequence
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

VERIFIED = UserVerificationRequirement.REQUIRED
# What reading somebody's bytes may raise, in our hands and the library's.
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError)


def options_to_add(
    *, site: str, member: tuple[str, str, str], challenge: bytes, timeout: int, known: Sequence[bytes]
) -> str:
    """Return the JSON from which a browser makes a passkey.

    Args:
        site: the domain it is tied to.
        member: id, login and name of its owner.
        challenge: what the browser signs.
        timeout: milliseconds the browser waits for the person.
        known: ids of the member's passkeys; a device that holds one makes no second.
    """
    id, login, name = member
    made = webauthn.generate_registration_options(
        rp_id=site,
        rp_name="门特网办",
        user_id=id.encode(),
        user_name=login,
        user_display_name=name,
        challenge=challenge,
        timeout=timeout,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=passkey) for passkey in known],
    )
    return webauthn.options_to_json(made)


def options_to_enter(*, site: str, challenge: bytes, timeout: int) -> str:
    """Return the JSON that a browser signs with any passkey of *site*; *timeout* in milliseconds."""
    made = webauthn.generate_authentication_options(
        rp_id=site, challenge=challenge, timeout=timeout, user_verification=VERIFIED
    )
    return webauthn.options_to_json(made)


def raw(text: str) -> bytes:
    """Return the bytes of an id in an answer."""
    return base64url_to_bytes(text)


def challenge_in(given: dict[str, Any]) -> bytes:
    """Return the challenge that an answer says it has signed."""
    return parse_client_data_json(raw(given["response"]["clientDataJSON"])).challenge


def added(given: dict[str, Any], challenge: bytes, site: str, origin: str) -> VerifiedRegistration:
    """Return the passkey that a browser has made, whose person was verified."""
    return webauthn.verify_registration_response(
        credential=given,
        expected_challenge=challenge,
        expected_rp_id=site,
        expected_origin=origin,
        require_user_verification=True,
    )


def proven(given: dict[str, Any], challenge: bytes, site: str, origin: str, public_key: bytes, count: int) -> int:
    """Return the new count of uses, when the answer was signed with the passkey of *public_key*."""
    return webauthn.verify_authentication_response(
        credential=given,
        expected_challenge=challenge,
        expected_rp_id=site,
        expected_origin=origin,
        credential_public_key=public_key,
        credential_current_sign_count=count,
        require_user_verification=True,
    ).new_sign_count
