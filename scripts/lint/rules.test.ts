import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { houseRules } from './rules.js';

/** The rule ids that the configuration in force reports for `code` at `filename`. */
function reported(filename: string, code: string): string[] {
  const linter = new Linter();
  const config = [
    { files: ['**/*.{ts,mts,cts}'], languageOptions: { parser: tseslint.parser } },
    houseRules,
  ] as Linter.Config[];
  return linter.verify(code, config, { filename }).map((message) => message.ruleId ?? message.message);
}

const plugin = 'plugins/openai/src/stt/stt.ts';

describe('sockets belong to ws-session', () => {
  it.each([
    "import { WebSocket } from 'ws';",
    "import type { WebSocket } from 'ws';",
    "export { WebSocket } from 'ws';",
    "const { WebSocket } = await import('ws');",
    "const WebSocket = require('ws');",
    "import net from 'node:net';",
    "import { WebSocket } from 'undici';",
    "new WebSocket('x');",
    "new globalThis.WebSocket('x');",
    "new globalThis['WebSocket']('x');",
    'const Socket = globalThis.WebSocket;',
    'const Socket = WebSocket;',
    "import ws = require('ws');",
    "let socket: import('ws').WebSocket;",
    'const { WebSocket: Socket } = globalThis;',
    'class Own extends WebSocket {}',
    'await import(`ws`);',
    "createRequire(import.meta.url)('ws');",
    "process.getBuiltinModule('node:net');",
  ])('a plugin may not write %s', (code) => {
    expect(reported(plugin, code)).toContain('patchbay/sockets-in-session');
  });

  it.each(['/* eslint-disable */', '// eslint-disable-next-line'])('%s does not help', (comment) => {
    expect(reported(plugin, `${comment}\nimport { WebSocket } from 'ws';`)).toContain('patchbay/sockets-in-session');
  });

  it('another ending does not help', () => {
    expect(reported('plugins/openai/src/stt/stt.mts', "import { WebSocket } from 'ws';")).toContain(
      'patchbay/sockets-in-session',
    );
  });

  it('plugin-kit may not either', () => {
    expect(reported('packages/plugin-kit/src/fetch.ts', "import { WebSocket } from 'ws';")).toContain(
      'patchbay/sockets-in-session',
    );
  });

  it.each([
    'packages/ws-session/src/transport.ts',
    'packages/loopback/src/server.ts',
    'packages/conformance/src/server.ts',
  ])('%s may', (filename) => {
    expect(reported(filename, "import { WebSocket } from 'ws'; new WebSocket(target);")).toEqual([]);
  });

  it('tests and fixtures are left alone', () => {
    expect(reported('plugins/openai/src/stt/stt.test.ts', "import { WebSocketServer } from 'ws';")).toEqual([]);
    expect(reported('plugins/openai/src/__fixtures__/server.ts', "import { WebSocketServer } from 'ws';")).toEqual([]);
  });
});

describe('URLs are built in ws-url', () => {
  it.each([
    "const url = 'wss://api.example.com';",
    'const url = `ws://${host}`;',
    "url.protocol = 'wss:';",
    "const target = base.replace(/^http/, 'ws');",
    'const target = `${options.baseURL}/realtime`;',
    'const target = `${baseURL.replace(/x/, "")}/realtime`;',
    "const target = baseURL + '/responses';",
    "url.pathname = '/v1/realtime';",
    'url.pathname += path;',
    "const target = new URL('realtime', base);",
    "const target = 'ws' + '://' + host;",
    'const target = `${scheme}://example.com`;',
    'const target = `${root}/realtime`;',
    "const target = base.concat('/realtime');",
    "const target = [baseURL, 'audio'].join('/');",
    "const target = 'ws' + base.slice(4);",
    'const target = `ws${base.slice(4)}`;',
    "url += '/realtime';",
    'const target = baseURL + path;',
    "const target = `${baseURL}${'/realtime'}`;",
    "const target = URL.parse('realtime', base);",
    "const target = base.replace(/^http/, () => 'ws');",
    "url['pathname'] = '/v1/realtime';",
  ])('a plugin may not write %s', (code) => {
    expect(reported(plugin, code)).toContain('patchbay/urls-in-ws-url');
  });

  it('ws-url may', () => {
    expect(reported('packages/ws-url/src/join.ts', "url.protocol = 'wss:'; url.pathname += path;")).toEqual([]);
  });

  it('parsing a URL is no crime', () => {
    expect(reported(plugin, 'const host = new URL(text).host;')).toEqual([]);
  });
});

describe('the environment is read in options.ts', () => {
  it.each([
    'const key = process.env.OPENAI_API_KEY;',
    "const key = process['env'].OPENAI_API_KEY;",
    'const { env } = process;',
    'const key = globalThis.process.env.KEY;',
    "import { env } from 'node:process';",
    'const here = process; here.env.KEY;',
    "Reflect.get(process, 'env');",
    "import p from 'node:process'; p.env.KEY;",
    "import * as p from 'node:process'; p.env.KEY;",
    "globalThis['process'].env;",
  ])('a plugin file may not write %s', (code) => {
    expect(reported(plugin, code)).toContain('patchbay/environment-in-options');
  });

  it.each(['plugins/openai/src/options.ts', 'plugins/openai/src/stt/options.ts', 'packages/loopback/src/cli.ts'])(
    '%s may',
    (filename) => {
      expect(reported(filename, 'const key = process.env.OPENAI_API_KEY;')).toEqual([]);
    },
  );
});

describe('arrows point one way', () => {
  it.each([
    ['packages/ws-url/src/join.ts', '@patchbay/ws-session'],
    ['packages/ws-url/src/join.ts', 'node:fs'],
    ['packages/ws-session/src/session.ts', '@patchbay/plugin-kit'],
    ['packages/ws-session/src/session.ts', '@livekit/agents'],
    ['packages/plugin-kit/src/errors.ts', '@patchbay/openai'],
    ['packages/plugin-kit/src/errors.ts', 'openai'],
    ['plugins/openai/src/stt/stt.ts', '@patchbay/ws-session'],
    ['plugins/openai/src/stt/stt.ts', '@patchbay/deepgram'],
    ['plugins/openai/src/stt/stt.ts', '@patchbay/loopback'],
    ['packages/loopback/src/server.ts', '@patchbay/ws-url'],
    ['packages/loopback/src/server.ts', '@livekit/agents'],
    ['plugins/openai/src/stt/stt.ts', '../../../../packages/ws-session/src/index.ts'],
    ['packages/ws-url/src/join.ts', '../../plugin-kit/src/index.ts'],
  ])('%s may not import %s', (filename, source) => {
    expect(reported(filename, `import '${source}';`)).toContain('patchbay/arrows');
  });

  it.each([
    ['packages/ws-session/src/session.ts', '@patchbay/ws-url'],
    ['packages/plugin-kit/src/errors.ts', '@patchbay/ws-session'],
    ['packages/plugin-kit/src/errors.ts', '@livekit/agents'],
    ['plugins/openai/src/stt/stt.ts', '@patchbay/plugin-kit'],
    ['plugins/openai/src/endpoint.ts', '@patchbay/ws-url'],
    ['plugins/openai/src/stt/stt.ts', '../options.ts'],
  ])('%s may import %s', (filename, source) => {
    expect(reported(filename, `import '${source}';`)).toEqual([]);
  });
});

describe('a file holds one thing', () => {
  it('401 lines are too many, 400 are not', () => {
    expect(reported(plugin, 'x();\n'.repeat(400) + 'x();')).toContain('max-lines');
    expect(reported(plugin, 'x();\n'.repeat(399) + 'x();')).toEqual([]);
  });
});
