import { describe, expect, it } from 'vitest';
import { checkHeaders, mergeHeaders } from './header.ts';
import { openaiEndpoints, resolveConnection } from './index.ts';

describe('headers', () => {
  it.each<[string, unknown, RegExp]>([
    ['CR and LF', { 'x-a': 'secret-1\r\nx-b: 1' }, /^`headers` \(x-a\) contains a line break/],
    ['a trailing line break', { 'x-a': 'secret-1\n' }, /line break/],
    ['letters beyond Latin-1', { 'x-a': 'secret-1 ✓' }, /no header may hold/],
    ['a name with a space', { 'secret-1 key': 'x' }, /^`headers` holds a name that is no HTTP header name/],
    ['a name with an underscore', { x_secret: 'secret-1' }, /nginx and others silently drop/],
    ['a header of the socket', { 'Sec-WebSocket-Key': 'secret-1' }, /is set by the connection itself/],
    ['a number', { 'x-a': 7 }, /must be a string/],
    ['a list', [['x-a', 'secret-1']], /must be an object/],
  ])('with %s are refused without repeating the value', (_name, headers, message) => {
    expect(() => checkHeaders(headers, 'headers')).toThrow(message);
    expect(() => checkHeaders(headers, 'headers')).not.toThrow(/secret-1/);
  });

  it('never switch the dead beta shape on', () => {
    const headers = { 'openai-beta': 'responses_multi_agent=v1, realtime=v1' };
    expect(() => resolveConnection(openaiEndpoints.conversation, { apiKey: 'k', headers })).toThrow(
      /switched off in May 2026/,
    );
    expect(checkHeaders({ 'OpenAI-Beta': 'responses_multi_agent=v1' }, 'headers')).toEqual({
      'OpenAI-Beta': 'responses_multi_agent=v1',
    });
  });

  it('pass organization, project and everything else on, without the white space around them', () => {
    const headers = { 'OpenAI-Organization': 'org-1 ', 'OpenAI-Project': ' proj-1', 'x-none': undefined };
    expect(checkHeaders(headers, 'headers')).toEqual({ 'OpenAI-Organization': 'org-1', 'OpenAI-Project': 'proj-1' });
  });

  it('count once, whatever their case; the last one wins', () => {
    expect(mergeHeaders({ Authorization: 'a', 'x-b': '1' }, { AUTHORIZATION: 'c' })).toEqual({
      AUTHORIZATION: 'c',
      'x-b': '1',
    });
  });
});
