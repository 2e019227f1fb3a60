import { describe, expect, it } from 'vitest';
import { ResponseChain, type FinishedResponse } from './chain.ts';
import type { ResponseInputItem } from './input.ts';

const user = (content: string): ResponseInputItem => ({ role: 'user', content });
const assistant = (content: string): ResponseInputItem => ({ role: 'assistant', content });
const call = (id: string, args = '{}'): ResponseInputItem => ({
  type: 'function_call',
  call_id: id,
  name: 'look_up',
  arguments: args,
});
const output = (id: string): ResponseInputItem => ({ type: 'function_call_output', call_id: id, output: 'found' });

function chainAfter(...responses: (Partial<FinishedResponse> & { input: ResponseInputItem[] })[]): ResponseChain {
  const chain = new ResponseChain();
  for (const [index, response] of responses.entries()) {
    chain.add({ responseId: `r${index + 1}`, socketId: 1, stored: true, text: '', calls: [], ...response });
  }
  return chain;
}

const ids = (chain: ResponseChain, input: ResponseInputItem[]): string[] =>
  chain.match(input).map((continuation) => continuation.previousResponseId);

describe('ResponseChain', () => {
  const first = [user('hello')];

  it("continues with what comes after the response's own output", () => {
    const chain = chainAfter({ input: first, text: 'hi there' });
    const [continuation] = chain.match([...first, assistant('hi there'), user('how are you?')]);
    expect(continuation).toEqual({
      previousResponseId: 'r1',
      socketId: 1,
      stored: true,
      input: [user('how are you?')],
    });
  });

  it('does not mind that LiveKit trims what was said', () => {
    const chain = chainAfter({ input: first, text: ' hi there\n' });
    expect(ids(chain, [...first, assistant('hi there'), user('again')])).toEqual(['r1']);
  });

  it.each([
    ['the reply was cut short', [assistant('hi'), user('again')]],
    ['the reply was changed', [assistant('hi there!'), user('again')]],
    ['the reply is missing', [user('again')]],
    ['somebody spoke before the reply', [user('wait'), assistant('hi there'), user('again')]],
    ['nothing is new', [assistant('hi there')]],
  ])('sends everything when %s', (_, tail) => {
    const chain = chainAfter({ input: first, text: 'hi there' });
    expect(chain.match([...first, ...tail])).toEqual([]);
  });

  it('sends everything when the history was edited', () => {
    const chain = chainAfter({ input: [user('one'), assistant('1'), user('two')], text: '2' });
    expect(ids(chain, [user('one!'), assistant('1'), user('two'), assistant('2'), user('three')])).toEqual([]);
    expect(ids(chain, [user('one'), assistant('1'), user('two'), assistant('2'), user('three')])).toEqual(['r1']);
  });

  it('sends the results of the calls that the response made, and not the calls', () => {
    const chain = chainAfter({
      input: first,
      calls: [
        { callId: 'a', args: '{}' },
        { callId: 'b', args: '{"x":1}' },
      ],
    });
    const grouped = [...first, call('a'), call('b', '{"x":1}'), output('a'), output('b')];
    const paired = [...first, call('a'), output('a'), call('b', '{"x":1}'), output('b')];
    for (const input of [grouped, paired]) {
      expect(chain.match(input)[0]?.input).toEqual([output('a'), output('b')]);
    }
  });

  it('waits for every call: one without a result breaks the chain', () => {
    const calls = ['a', 'b'].map((callId) => ({ callId, args: '{}' }));
    const chain = chainAfter({ input: first, calls });
    // LiveKit leaves calls without a result out of what it sends.
    expect(ids(chain, [...first, call('a'), output('a'), user('well?')])).toEqual([]);
  });

  it('takes words and calls of one response together', () => {
    const chain = chainAfter({ input: first, text: 'one moment', calls: [{ callId: 'a', args: '{}' }] });
    expect(chain.match([...first, assistant('one moment'), call('a'), output('a')])[0]?.input).toEqual([output('a')]);
    expect(ids(chain, [...first, call('a'), output('a'), user('and?')])).toEqual([]);
  });

  it('sends what the agent said by itself', () => {
    const chain = chainAfter({ input: first, text: 'hi there' });
    const input = [...first, assistant('hi there'), assistant('still there?'), user('yes')];
    expect(chain.match(input)[0]?.input).toEqual([assistant('still there?'), user('yes')]);
  });

  it('prefers the longest history, and the newest of equals', () => {
    const second = [...first, assistant('hi there'), user('again')];
    const chain = chainAfter(
      { input: first, text: 'hi there' },
      { input: second, text: 'ok', responseId: 'old' },
      { input: second, text: 'ok', responseId: 'new' },
    );
    expect(ids(chain, [...second, assistant('ok'), user('third')])).toEqual(['new', 'old', 'r1']);
  });

  it('keeps the replies of parallel turns apart', () => {
    const chain = chainAfter({ input: first, text: 'hi there' }, { input: [user('other caller')], text: 'good day' });
    expect(ids(chain, [...first, assistant('hi there'), user('again')])).toEqual(['r1']);
    expect(ids(chain, [user('other caller'), assistant('good day'), user('again')])).toEqual(['r2']);
  });

  it('lets a socket remember only its last unstored response', () => {
    const chain = chainAfter(
      { input: first, text: 'hi there', stored: false },
      { input: [user('other')], text: 'ok', stored: false },
      { input: [user('elsewhere')], text: 'ok', stored: false, socketId: 2 },
    );
    expect(chain.knows('r1')).toBe(false);
    expect(chain.knows('r2')).toBe(true);
    chain.forgetSocket(1);
    expect(chain.knows('r2')).toBe(false);
    expect(chain.knows('r3')).toBe(true);
  });

  it('forgets what the server does not know', () => {
    const chain = chainAfter({ input: first, text: 'hi there' });
    chain.forget('r1');
    expect(ids(chain, [...first, assistant('hi there'), user('again')])).toEqual([]);
  });

  it('stays small over a long call', () => {
    const chain = new ResponseChain();
    for (let turn = 0; turn < 100; turn++) {
      chain.add({ responseId: `r${turn}`, socketId: 1, stored: true, input: [user(`${turn}`)], text: 'ok', calls: [] });
    }
    expect(Array.from({ length: 100 }, (_, turn) => chain.knows(`r${turn}`)).filter(Boolean)).toHaveLength(16);
  });
});
