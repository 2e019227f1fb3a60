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
    ['drop-at:SpeechStarted', { name: 'drop-at', at: 'SpeechStarted' }],
    ['drop-at:error', { name: 'drop-at', at: 'error' }],
    ['drop-at:[DONE]', { name: 'drop-at', at: '[DONE]' }],
    ['drop-at:<end>#3', { name: 'drop-at', at: '<end>#3' }],
    ['close-after:3,code=1005', { name: 'close-after', at: 3, code: 1005 }],
    ['redirect:302,to=/v2', { name: 'redirect', status: 302, to: '/v2' }],
    ['close-at-once:1011,reason=', { name: 'close-at-once', code: 1011, reason: '' }],
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
    ['refuse:teapot', "'status' of 'refuse' wants an HTTP status from 200 to 599, not 'teapot'"],
    ['close-at-once:99', 'close code'],
    ['close-at-once:1000,reason=' + 'x'.repeat(124), '123 bytes'],
    ['error-event,kind=odd', 'rate-limit, server or fatal'],
    ['refuse-connection,times=2', "'refuse-connection' has no 'times'"],
    ['tls-expired,path=/v1', "'tls-expired' has no 'path'"],
    ['json-null,instead=maybe', 'true or false'],
    ['', 'There is no fault named'],
    ['stall-after:abc', "'at' of 'stall-after' wants a count of messages, or a message's type as in response.created"],
    ['drop-at:x#0', "'at' of 'drop-at' wants"],
    ['drop-at:response.created#0', 'response.created#2, not'],
    ['drop-at:response.created#', "'at' of 'drop-at' wants"],
    ['drop-at:#2', "'at' of 'drop-at' wants"],
    ['drop-at:1e3', "'at' of 'drop-at' wants"],
    ['drop-at:99999999999999999999', "'at' of 'drop-at' wants"],
    ['close-after:3,code=1006', 'write drop-after or end-after'],
    ['close-at-once:1015', "'code' of 'close-at-once' wants a close code that can be sent"],
    ['close-at-once:2000', "'code' of 'close-at-once' wants a close code that can be sent"],
    ['drop-after:2,times=2,times=3', "'times' of 'drop-after' is said twice: say it once"],
    ['drop-after:2,at=3', "'drop-after' is said twice"],
    ['drop-after:2,times=1e400', "'times' of 'drop-after' wants a number from 1 to"],
    ['redirect:302,to=', "'to' of 'redirect' wants a URL, or a path that begins with /"],
    ['redirect:302,to=nowhere', "'to' of 'redirect' wants a URL"],
    ['redirect:200', "'status' of 'redirect' wants an HTTP status from 300 to 399"],
    ['answer-late:-1', "'ms' of 'answer-late' wants milliseconds from 0 to 86400000, not '-1'"],
    ['answer-late:99999999999', "'ms' of 'answer-late' wants milliseconds from 0 to 86400000"],
    ['freeze:1,ms=0x10', "'ms' of 'freeze' wants milliseconds"],
    ['block:86400000', "'ms' of 'block' wants milliseconds from 0 to 600000"],
    ['clock-jump:1e300', "'ms' of 'clock-jump' wants milliseconds"],
    ['refuse:429,retry-after=-1', "'retry-after' of 'refuse' wants seconds from 0 to"],
  ])('%s', (text, words) => {
    expect(() => parseFault(text)).toThrow(FaultError);
    expect(() => parseFault(text)).toThrow(words);
  });

  it('as data too', () => {
    expect(() => checkFault({ name: 'drop-after', at: 1.5 })).toThrow(FaultError);
    expect(() => checkFault({ name: 'drop-after', status: 500 })).toThrow("has no 'status'");
    expect(() => checkFault({ name: 'answer-late', ms: Infinity })).toThrow(FaultError);
    expect(() => checkFault({ name: 'answer-late', ms: NaN })).toThrow(FaultError);
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
