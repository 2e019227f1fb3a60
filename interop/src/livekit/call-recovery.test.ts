import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { keepAgent, type CallEvent } from '../../../examples/call-recovery.ts';

/** What LiveKit says of one room: who is there, and how its agents behave. */
interface Room {
  exists: boolean;
  participants: { identity: string; state: 'ACTIVE'; attributes: Record<string, string> }[];
  dispatches: { id: string; agentName: string }[];
}

const ends: (() => unknown)[] = [];
afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

test('another agent is asked for when one leaves, and when one gives no sign of life, until the room is closed', async () => {
  const signs = new Map([
    ['agent-1', 1],
    ['agent-2', 2],
    ['agent-3', 3],
  ]);
  const removed: string[] = [];
  const call = await livekit({
    comes: (room, identity) => void room.participants.push(agent(identity)),
    answers(room, identity) {
      const left = signs.get(identity)! - 1;
      signs.set(identity, left);
      if (identity === 'agent-1') room.participants = room.participants.filter((each) => each.identity !== identity);
      if (identity === 'agent-3' && left === 0) room.exists = false;
      return left >= 0;
    },
    removed,
  });
  expect(await events(call)).toEqual(['nobody-there', 'left', 'silent']);
  expect(removed).toEqual(['agent-2']);
});

test('agents that are asked for in vain are an error', async () => {
  const call = await livekit({ comes: () => undefined, answers: () => true, removed: [] });
  await expect(events({ ...call, joinWithinMs: 0 })).rejects.toThrow(
    "No agent 'assistant' can be had for room 'call'.",
  );
});

test('an agent that somebody else has asked for gets its time', async () => {
  let looks = 0;
  const call = await livekit(
    {
      comes: () => expect.unreachable(),
      answers: () => true,
      looked: (room) => void (room.exists = ++looks < 5),
      removed: [],
    },
    { exists: true, participants: [], dispatches: [{ id: 'theirs', agentName: 'assistant' }] },
  );
  expect(await events(call)).toEqual([]);
});

function agent(identity: string): Room['participants'][number] {
  return { identity, state: 'ACTIVE', attributes: { 'lk.agent.name': 'assistant' } };
}

async function events(call: Awaited<ReturnType<typeof livekit>> & { joinWithinMs?: number }): Promise<string[]> {
  const told: CallEvent[] = [];
  await keepAgent({ ...call, onEvent: (event) => told.push(event) });
  return told.map((event) => (event.type === 'asked' ? event.because : String(event.error)));
}

/** As much of LiveKit's API as is asked, over HTTP. */
async function livekit(
  behaviour: {
    /** An agent was asked for. */
    comes(room: Room, identity: string): void;
    /** An agent is asked for a sign of life. */
    answers(room: Room, identity: string): boolean;
    looked?(room: Room): void;
    removed: string[];
  },
  room: Room = { exists: false, participants: [], dispatches: [] },
) {
  let agents = 0;
  const methods: Record<string, (asked: Record<string, string>) => unknown> = {
    ListRooms() {
      behaviour.looked?.(room);
      return { rooms: room.exists ? [{ name: 'call' }] : [] };
    },
    ListParticipants: () => ({ participants: room.participants }),
    ListDispatch: () => ({ agentDispatches: room.dispatches }),
    DeleteDispatch({ dispatchId }) {
      room.dispatches = room.dispatches.filter(({ id }) => id !== dispatchId);
      return {};
    },
    RemoveParticipant({ identity }) {
      behaviour.removed.push(identity!);
      room.participants = room.participants.filter((each) => each.identity !== identity);
      return {};
    },
    CreateDispatch({ agentName }) {
      if (!room.exists) room.participants.push({ identity: 'caller', state: 'ACTIVE', attributes: {} });
      room.exists = true;
      const dispatch = { id: `dispatch-${++agents}`, agentName: agentName! };
      room.dispatches.push(dispatch);
      behaviour.comes(room, `agent-${agents}`);
      return dispatch;
    },
    PerformRpc: ({ destinationIdentity }) =>
      behaviour.answers(room, destinationIdentity!) ? { code: 'invalid_argument' } : { code: 'canceled' },
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const asked = JSON.parse(body) as Record<string, string>;
      const answer = methods[request.url!.split('/').at(-1)!]!(asked) as { code?: string };
      response.writeHead(answer.code === undefined ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}`;
  return { url, apiKey: 'key', apiSecret: 'secret', room: 'call', agentName: 'assistant', lookEveryMs: 1 };
}
