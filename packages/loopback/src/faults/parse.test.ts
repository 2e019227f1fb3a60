import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { faultCatalogue } from './catalogue.ts';
import { listFaults } from './list.ts';
import { checkFault, formOf, parseFault } from './parse.ts';
import { FaultError } from './types.ts';
import type { Fault } from './types.ts';

describe('a fault is read from a word', () => {
  it.each<[string, Fault]>([
    ['silence', { name: 'silence' }],
    ['stall-after:3', { name: 'stall-after', at: 3 }],
    ['drop-at:response.created', { name: 'drop-at', at: 'response.created' }],
    [
      'drop-at:response.output_audio.delta#2,times=1',
      { name: 'drop-at', at: 'response.output_audio.delta#2', times: 1 },
    ],
    [
      'refuse:503,times=2,path=/v1/responses,retry-after=1',
      { name: 'refuse', status: 503, times: 2, path: '/v1/responses', retryAfter: 1 },
    ],
    ['refuse:403,body={"a":1}', { name: 'refuse', status: 403, body: '{"a":1}' }],
    ['redirect:302,to=http://a.example/?b=c', { name: 'redirect', status: 302, to: 'http://a.example/?b=c' }],
    ['close-after:2,code=4001,reason=12', { name: 'close-after', at: 2, code: 4001, reason: '12' }],
    ['json-null:1,instead=true', { name: 'json-null', at: 1, instead: true }],
    ['clock-jump:-5000', { name: 'clock-jump', ms: -5_000 }],
    ['error-event,kind=fatal', { name: 'error-event', kind: 'fatal' }],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });
});

describe('what does not exist is refused, with what does', () => {
  it.each([
    ['stal-after:3', 'There are: refuse-connection, reset-handshake'],
    ['silence:3', "'silence' takes nothing behind a colon. It is written silence[,times=…][,path=…]."],
    ['silence,at=3', "'silence' has no 'at'"],
    ['drop-after:2,ms=4', 'It is written drop-after[:POINT][,times=…][,path=…].'],
    ['drop-after:', "'at' of 'drop-after' wants a count of messages"],
    ['drop-after:-1', "'at' of 'drop-after' wants"],
    ['drop-after:2,times=0', "'times' of 'drop-after' wants a number from 1"],
    ['drop-after:2,path=v1', "'path' of 'drop-after' wants a path"],
    ['drop-after:2,times', "'times' is no key=value"],
    ['refuse:teapot', "'status' of 'refuse' wants an HTTP status, not 'teapot'"],
    ['close-at-once:99', 'close code'],
    ['close-at-once:1000,reason=' + 'x'.repeat(124), '123 bytes'],
    ['error-event,kind=odd', 'rate-limit, server or fatal'],
    ['refuse-connection,times=2', "'refuse-connection' has no 'times'"],
    ['tls-expired,path=/v1', "'tls-expired' has no 'path'"],
    ['json-null,instead=maybe', 'true or false'],
    ['', 'There is no fault named'],
  ])('%s', (text, words) => {
    expect(() => parseFault(text)).toThrow(FaultError);
    expect(() => parseFault(text)).toThrow(words);
  });

  it('as data too', () => {
    expect(() => checkFault({ name: 'drop-after', at: 1.5 })).toThrow(FaultError);
    expect(() => checkFault({ name: 'drop-after', status: 500 })).toThrow("has no 'status'");
    expect(checkFault({ name: 'drop-after', at: undefined })).toEqual({ name: 'drop-after', at: undefined });
  });
});

test('the list names every fault and how it is written', () => {
  const list = listFaults();
  for (const kind of faultCatalogue) expect(list).toContain(`  ${formOf(kind)}\n      ${kind.does}`);
});

test('the README names every fault, as it is', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  for (const { name, does } of faultCatalogue) {
    const row = readme.split('\n').find((line) => new RegExp(`^\\| \`${name}[:\`]`).test(line));
    expect(row, name).toContain(does);
  }
});

test('what every fault takes by default is what it takes at all', () => {
  for (const { name, defaults, group } of faultCatalogue) {
    const { at, ...rest } = defaults;
    expect(() => checkFault({ name, ...rest }), name).not.toThrow();
    if (group === 'stream' || group === 'content') expect(at, name).toBe(1);
  }
});
