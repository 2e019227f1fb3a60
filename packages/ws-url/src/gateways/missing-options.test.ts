import { describe, expect, it } from 'vitest';
import { PatchbayError } from '../errors.ts';
import { resolveConnection } from '../connection.ts';
import { openaiEndpoints } from '../endpoints/openai.ts';
import { type Gateways, gateways } from './index.ts';

/** As a program without types may call it. */
const untyped = gateways as unknown as Record<keyof Gateways, (options?: object) => unknown>;

describe('a gateway that is told nothing, or nonsense', () => {
  it.each(['azure', 'azureLegacy', 'litellm', 'portkey', 'cloudflare', 'bifrost', 'localai'] as const)(
    'gateways.%s() says what it wants',
    (name) => {
      let error: unknown;
      try {
        untyped[name]();
      } catch (thrown) {
        error = thrown;
      }
      expect(PatchbayError.is(error) && error.code).toBe('invalid-option');
    },
  );

  it('LiteLLM knows one way for speech beside its own', () => {
    expect(() => untyped.litellm({ baseURL: 'https://llm.example.com', apiKey: 'k', speech: 'bogus' })).toThrow(
      /`gateway\.speech` must be 'passthrough'/,
    );
  });
});

it('a base that ends in the path of the models is the base of everything', () => {
  const options = { baseURL: 'https://api.openai.com/v1/models', apiKey: 'key-12345', model: 'gpt-realtime' };
  expect(resolveConnection(openaiEndpoints.conversation, options).redacted).toBe('wss://api.openai.com/v1/realtime');
});
