"""Two yardsticks, served like the portal: a bare ASGI answer, and Litestar with an empty Jinja page."""

import sys
from typing import Any

import uvicorn
from jinja2 import DictLoader, Environment
from litestar import Litestar, get
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template.config import TemplateConfig

PAGE = "<!doctype html><html lang=zh-CN><title>{{ title }}</title><body><h1>{{ title }}</h1></body></html>"


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """Answer ok."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@get("/")
async def empty() -> Template:
    """Answer with an empty page."""
    return Template("page.html", context={"title": "空"})


def litestar() -> Litestar:
    """Return Litestar with one template."""
    environment = Environment(loader=DictLoader({"page.html": PAGE}), autoescape=True, auto_reload=False)
    engine = JinjaTemplateEngine.from_environment(environment)
    return Litestar([empty], template_config=TemplateConfig(instance=engine), openapi_config=None)


if __name__ == "__main__":
    uvicorn.run(
        bare if sys.argv[1] == "bare" else litestar(),
        port=int(sys.argv[2]),
        access_log=False,
        log_level="warning",
        server_header=False,
    )
