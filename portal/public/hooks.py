"""``/hooks/sms/{word}``: where the SMS provider reports the delivery of messages.

No browser calls this address, so it has no session and no CSRF token; *word* in the address is a secret.
"""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from portal.core.outside import sms
from portal.core.store.crypto import same
from portal.core.tools.errors import BadRequest, NotFound
from portal.core.tools.settings import SETTINGS
from portal.core.web.door import MACHINE

TAKEN = b'{"code":0,"msg":"OK"}'


class SmsHookController(Controller):
    """Receives delivery reports."""

    path = "/hooks/sms"
    opt = {"who": MACHINE}

    @post("/{word:str}")
    async def take(self, request: Request[Any, Any, Any], word: FromPath[str]) -> Response[bytes]:
        """Store the delivery reports in the body."""
        if not SETTINGS.sms_reports or not same(word.encode(), SETTINGS.sms_reports.encode()):
            raise NotFound
        try:
            await sms.take_reports(await request.body())
        except (msgspec.DecodeError, KeyError) as error:
            raise BadRequest from error
        return Response(TAKEN, status_code=200, media_type="application/json")
