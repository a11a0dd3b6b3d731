"""Who may talk to the page: only a browser that opened this very page on this very machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
SAFE = frozenset({"GET", "HEAD"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusal(request: web.Request) -> str:
    """Why this request is not ours, or "" when it is.

    A foreign Host means DNS rebinding; a foreign Sec-Fetch-Site or Origin means another site's page is
    posting (Filippo Valsorda's rule, as in Go's CrossOriginProtection and in Datasette). What sends neither
    is no browser.
    """
    if request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK:
        return "Host"
    if request.method in SAFE:
        return ""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return "Sec-Fetch-Site"
    ours = f"http://{request.host}"
    return "" if request.headers.get("Origin", ours) == ours else "Origin"


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    if why := refusal(request):
        raise web.HTTPForbidden(text=f"只接受本机这一页发来的请求（{why}）。")
    return await handler(request)


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Put the safety headers on every answer, errors too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
