"""Asks Autobahn's cases of somebody else's WebSocket, and prints what it thinks of each answer, a line of JSON for each.

fuzz.py CASES list                 prints the ids of all cases
fuzz.py CASES client PORT ID ...   asks a server, one case after the other
fuzz.py CASES server PORT          asks every client that comes; what it asks is what the path says: /6.4.1
"""

import importlib
import json
import re
import sys
from pathlib import Path

from autobahn.twisted import websocket
from twisted.internet import reactor

from octets import from_bytes, to_bytes

# Seconds: a slow machine is not a broken peer.
PATIENCE = 30

folder, role, *arguments = sys.argv[1:]
sys.path.insert(0, folder)


def find_cases():
    """Every class named Case1_2_3, and those that a module keeps in a list because it made them in a loop."""
    found = {}
    for file in Path(folder).glob('case*_*.py'):
        for value in vars(importlib.import_module(file.stem)).values():
            for each in value if isinstance(value, list) else [value]:
                name = re.fullmatch(r'Case(\d+(?:_\d+)+)', getattr(each, '__name__', ''))
                if name:
                    found[name[1].replace('_', '.')] = each
    return dict(sorted(found.items(), key=lambda item: [int(number) for number in item[0].split('.')]))


CASES = find_cases()
# Pickles of equal lists differ in Python 3.
importlib.import_module('case').Case.compare = lambda self, one, other: one == other


class Asking:
    """What a case wants of a connection, on top of what Autobahn's own has."""

    id = None
    case = None
    connectionWasOpen = False
    patience = PATIENCE

    def ask(self, id):
        self.id = id
        self.txFrameStats = {}
        self.case = CASES[id](self)

    def onOpen(self):
        self.connectionWasOpen = True
        self.case.onOpen()

    def onMessage(self, payload, isBinary):
        self.case.onMessage(from_bytes(payload), isBinary)

    def onPong(self, payload):
        self.case.onPong(from_bytes(payload))

    def onClose(self, wasClean, code, reason):
        super().onClose(wasClean, code, reason)
        if self.case:
            self.case.onClose(wasClean, code, reason)

    def connectionLost(self, reason):
        super().connectionLost(reason)
        if not self.case:
            return
        self.case.onConnectionLost(self.failedByMe)
        case = self.case
        verdict = dict(id=self.id, answer=case.behavior, end=case.behaviorClose, why=[case.result, case.resultClose])
        print(json.dumps(verdict), flush=True)

    def sendFrame(self, opcode, payload='', **rest):
        super().sendFrame(opcode, to_bytes(payload), **rest)

    def sendMessage(self, payload, isBinary=False, **rest):
        super().sendMessage(to_bytes(payload), isBinary, **rest)

    def sendMessageFrameData(self, payload, sync=False):
        return super().sendMessageFrameData(to_bytes(payload), sync)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, to_bytes(reasonUtf8), isReply)

    def logTxFrame(self, frameHeader, *rest):
        self.txFrameStats[frameHeader.opcode] = self.txFrameStats.get(frameHeader.opcode, 0) + 1

    def continueLater(self, delay, part, tag=None):
        self.later(delay, part)

    def closeAfter(self, delay):
        self.later(delay, self.sendClose)

    def killAfter(self, delay):
        self.later(max(delay, Asking.patience), self.kill)

    def kill(self):
        # Who is broken gets no more time from now on than the cases give.
        Asking.patience = 0
        self.dropConnection()

    def later(self, delay, action):
        reactor.callLater(delay, lambda: self.state == self.STATE_CLOSED or action())


class AskingServer(Asking, websocket.WebSocketServerProtocol):
    def onConnect(self, request):
        self.ask(request.path.strip('/'))


class AskingClient(Asking, websocket.WebSocketClientProtocol):
    def connectionMade(self):
        self.ask(self.factory.asked.pop(0))
        super().connectionMade()


class ServerFactory(websocket.WebSocketServerFactory):
    protocol = AskingServer


class ClientFactory(websocket.WebSocketClientFactory):
    protocol = AskingClient

    def clientConnectionLost(self, connector, reason):
        connector.connect() if self.asked else reactor.stop()

    def clientConnectionFailed(self, connector, reason):
        raise SystemExit(reason.getErrorMessage())


def prepared(factory, **patience):
    factory.logFrames = True
    factory.setProtocolOptions(
        failByDrop=False, openHandshakeTimeout=PATIENCE, closeHandshakeTimeout=PATIENCE, **patience
    )
    return factory


if role == 'list':
    print(json.dumps(list(CASES)))
    sys.exit()

port = int(arguments.pop(0))
url = f'ws://127.0.0.1:{port}'
if role == 'server':
    reactor.listenTCP(port, prepared(ServerFactory(url)), interface='127.0.0.1')
else:
    factory = prepared(ClientFactory(url), serverConnectionDropTimeout=PATIENCE)
    factory.asked = arguments
    reactor.connectTCP('127.0.0.1', port, factory)
reactor.run()
