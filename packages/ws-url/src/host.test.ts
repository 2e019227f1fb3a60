import { describe, expect, it } from 'vitest';
import { isPrivateHost, matchesHost } from './host.ts';

describe('a private host', () => {
  it.each([
    ['localhost', true],
    ['litellm', true],
    ['gw.local', true],
    ['gw.internal.', true],
    ['llm.default.svc.cluster.local', true],
    ['llm.default.svc', true],
    ['127.8.8.8', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.169.0.1', false],
    ['169.254.169.254', true],
    ['100.64.0.1', true],
    ['100.128.0.1', false],
    ['0.0.0.0', true],
    ['[::]', true],
    ['8.8.8.8', false],
    ['[::1]', true],
    ['[fe80::1]', true],
    ['[fec0::1]', false],
    ['[fd12:3456::1]', true],
    ['[2001:db8::1]', false],
    ['[::ffff:a00:1]', true],
    ['[::ffff:808:808]', false],
    ['localhost.example.com', false],
    ['internal.example.com', false],
    ['evillocal', true],
    ['evil-local.com', false],
  ])('%s: %s', (host, expected) => {
    expect(isPrivateHost(host)).toBe(expected);
  });
});

it.each([
  ['us.api.openai.com', '*.api.openai.com', true],
  ['api.openai.com', '*.api.openai.com', false],
  ['api.openai.com.', 'api.openai.com', true],
  ['xapi.openai.com', '*.api.openai.com', false],
  ['api.openai.com.evil.test', '*.api.openai.com', false],
])('%s under %s: %s', (host, pattern, expected) => {
  expect(matchesHost(host, pattern)).toBe(expected);
});
