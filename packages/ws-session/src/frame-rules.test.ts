import { describe, expect, it } from 'vitest';
import { connectionTo } from './__fixtures__/connection.ts';
import { after, run, server } from './__fixtures__/fixtures.ts';
import { SocketPool } from './pool.ts';

describe('a frame that would cost the connection', () => {
  it('because it is too large for the gateway is refused, to the byte', async () => {
    const cloud = await server();
    const connection = connectionTo(cloud.url, { row: { traits: { maxFrameBytes: 10 } } });
    const harness = run(connection);
    await harness.until(() => harness.session.state === 'open');
    expect(harness.session.send('0123456789')).toBe(true);
    expect(harness.session.send('€€€')).toBe(true);
    expect(harness.session.send(new Uint8Array(10))).toBe(true);
    expect(() => harness.session.send('€€€€')).toThrow(
      expect.objectContaining({ code: 'message-too-large', retryable: false }),
    );
    expect(() => harness.session.send(new Uint8Array(11), { audioMs: 20 })).toThrow(/11 bytes, and at most 10 pass/);
    expect(() => harness.links[0]!.send('01234567890')).toThrow(/11 bytes/);
    const accepted = cloud.accepted[0]!;
    await cloud.until(() => accepted.received.length === 3);

    const pool = new SocketPool({ connection });
    after(() => pool.close());
    const exchange = {
      onFrame: () => true,
      signal: new AbortController().signal,
      firstEventMs: 1_000,
      inactivityMs: 1_000,
      dialMs: 1_000,
    };
    await expect(pool.request(() => '01234567890', exchange)).rejects.toMatchObject({ code: 'message-too-large' });
    expect(pool.size).toBe(1);
  });

  it('because only text passes is refused', async () => {
    const cloud = await server();
    const harness = run(connectionTo(cloud.url, { row: { traits: { textFramesOnly: true } } }));
    expect(harness.session.send('text')).toBe(true);
    expect(() => harness.session.send(new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});
