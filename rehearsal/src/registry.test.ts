import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDoor, startRegistry } from './registry.ts';
import { Stage } from './stage.ts';

async function openedDoor() {
  const put: string[] = [];
  const server = createServer(({ method, url = '', headers: { host } }, response) => {
    if (method === 'PUT') put.push(url);
    response.end(host);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const door = await openDoor((server.address() as AddressInfo).port);
  const ask = (method: string, path = '@patchbay%2fws-url') => fetch(door.address + path, { method });
  return { door, put, ask };
}

describe('the door of a registry', () => {
  it('lets everything through, and those behind it see the address that was asked', async () => {
    const { door, ask } = await openedDoor();
    expect(await (await ask('GET')).text()).toBe(new URL(door.address).host);
  });

  it('is shut after some packages, for everything, until it is opened again', async () => {
    const { door, put, ask } = await openedDoor();
    door.dieAfter(2);
    await ask('GET');
    await ask('PUT', '@patchbay%2fone');
    await ask('PUT', '@patchbay%2ftwo');
    await expect(ask('GET')).rejects.toThrow();
    await expect(ask('PUT', '@patchbay%2fthree')).rejects.toThrow();
    expect(put).toEqual(['/@patchbay%2fone', '/@patchbay%2ftwo']);
    door.revive();
    expect((await ask('PUT')).status).toBe(200);
  });
});

describe('the registry', () => {
  it('takes packages of its scope from its user, and knows nobody else’s', async () => {
    const stage = new Stage();
    onTestFinished(() => stage.end());
    const { address, token } = await startRegistry(stage, '@patchbay');
    const put = (name: string, headers: Record<string, string> = {}) => {
      const body = JSON.stringify({ name, versions: {}, 'dist-tags': {}, _attachments: {} });
      const all = { 'content-type': 'application/json', ...headers };
      return fetch(address + name.replace('/', '%2f'), { method: 'PUT', body, headers: all });
    };
    const authorization = `Bearer ${token}`;
    expect((await put('@patchbay/ws-url')).status).toBe(401);
    expect((await put('@patchbay/ws-url', { authorization })).status).not.toBe(401);
    expect((await put('@livekit/agents', { authorization })).status).toBe(403);
    expect((await fetch(`${address}@livekit%2fagents`)).ok).toBe(false);
  });
});
