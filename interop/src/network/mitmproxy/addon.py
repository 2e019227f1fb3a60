"""What a company's proxy that reads everything does to a call. The first part of the path says what."""

import logging

from mitmproxy import ctx, http

NOTICE = b'{"type":"proxy.notice","text":"this call is inspected"}'


def request(flow: http.HTTPFlow):
    # `/edits/v1/realtime` goes on as `/v1/realtime`.
    purpose, slash, rest = flow.request.path[1:].partition("/")
    if purpose == "v1":
        return
    flow.metadata["purpose"] = purpose
    flow.request.path = slash + rest
    if purpose == "forbids-in-json":
        flow.response = http.Response.make(
            403, b'{"error":{"message":"blocked by policy 7"}}', {"content-type": "application/json"}
        )
    elif purpose == "forbids-in-html":
        flow.response = http.Response.make(403, b"<html><h1>Blocked</h1></html>", {"content-type": "text/html"})
    elif purpose == "adds-a-model":
        flow.request.query["model"] = "gpt-realtime"


def websocket_message(flow: http.HTTPFlow):
    if flow.metadata.get("purpose") != "edits":
        return
    message = flow.websocket.messages[-1]
    if message.from_client or message.injected:
        return
    if b'"session.created"' in message.content:
        message.drop()
        logging.info("dropped session.created")
    else:
        message.content = message.content.replace(b'{"type"', b'{"via":"proxy","type"', 1)
        logging.info("changed an event")
    ctx.master.commands.call("inject.websocket", flow, True, NOTICE)
    logging.info("said something itself")
