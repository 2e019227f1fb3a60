import { initializeLogger } from '@livekit/agents';
import { dispose } from '@livekit/rtc-node';
import { afterAll, describe, expect, test } from 'vitest';
import { call } from './__fixtures__/call.ts';
import { wirings } from './__fixtures__/wirings.ts';
import { lostOf } from './attack.ts';
import { byTeller } from './checks.ts';
import { underFire } from './phrases.ts';

// Its log is read, not shown.
initializeLogger({ pretty: false, level: 'debug' });
afterAll(() => dispose());

describe.each(wirings)('an AgentSession on $name', ({ mode, script, models, cut, deaf, refusal }) => {
  test('with another fault in every turn understands and answers each phrase, once and word for word, and tells', async () => {
    const { turns, failure, leaks, escaped } = await call(mode, script, models);
    expect(failure).toBeUndefined();
    expect(turns.map(({ said }) => said)).toEqual(script.map(({ say }) => say));
    for (const { said, understood, heard = '', interrupted, remembered, ordeal } of turns) {
      expect({ said, told: byTeller(ordeal!.told) }).toEqual({ said, told: byTeller(ordeal!.expected) });
      expect({ said, happened: ordeal!.hits }).toEqual({ said, happened: ordeal!.hits.map(() => 1) });
      expect({ said, understood }).toEqual({ said, understood: said });
      if (said.includes('story')) {
        // The caller cuts in: he heard its beginning, and the agent knows how much.
        expect(heard.length).toBeGreaterThan(80);
        expect({ answer: ordeal!.answer.slice(0, heard.length), remembered }).toEqual({
          answer: heard,
          remembered: heard,
        });
      } else {
        expect({ said, heard, interrupted }).toEqual({ said, heard: cut[said] ?? ordeal!.answer, interrupted: false });
      }
      // Whoever talks into a dead line is told how much of it was lost.
      if (ordeal!.title.includes('half open while')) expect(ordeal!.droppedMs).toBeGreaterThan(0);
      if (ordeal!.cuts) expect(lostOf(ordeal!, heard)).not.toBe('');
    }
    expect(turns.filter(({ ordeal }) => ordeal!.cuts).map(({ said }) => said)).toEqual(Object.keys(cut));
    expect({ leaks, escaped }).toEqual({ leaks: [], escaped: [] });
  });

  test('whose key is refused in the middle of a call ends with one typed error that says what to change', async () => {
    const nothing = { title: 'nothing', faults: [], tells: [] };
    const attack = { title: 'the key is no longer good', faults: deaf, tells: [] };
    const { turns, failure, leaks, escaped } = await call(mode, underFire([nothing, attack, nothing, nothing]), models);
    expect(failure).toMatchObject({ name: 'APIStatusError', statusCode: 401, retryable: false });
    expect(failure!.message).toMatch(/apiKey|OPENAI_API_KEY/);
    expect(turns.map(({ ordeal }) => ordeal!.title)).toEqual(['nothing', attack.title]);
    expect(turns[0]!.ordeal!.told).toEqual([]);
    expect(turns[1]!.ordeal!.told.filter((what) => what.includes('final'))).toEqual([refusal]);
    expect({ leaks, escaped }).toEqual({ leaks: [], escaped: [] });
  });
});
