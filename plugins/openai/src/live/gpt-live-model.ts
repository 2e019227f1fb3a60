import { llm } from '@livekit/agents';
import { checkObject, DuplexModelBase } from '@patchbay/plugin-kit';
import { type Connection, PatchbayError } from '@patchbay/ws-url';
import { routeTo } from '../endpoint.ts';
import { GPTLiveSession } from './gpt-live-session.ts';
import { DEFAULT_MODEL, resolveLiveOptions } from './options.ts';
import type { GPTLiveModelOptions, GPTLiveOptions } from './options.ts';

/** What the model's silence measures, as a share of full scale, and the pauses inside its speech, in milliseconds. */
const silence = { level: 0.0006, pauseMs: 800 };

/** OpenAI's GPT-Live, which listens and speaks at once, straight or through any gateway that relays it. */
export class GPTLiveModel extends DuplexModelBase {
  /** @internal Holds no key. */
  readonly _opts: GPTLiveOptions;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: GPTLiveModelOptions = {}) {
    checkObject('options', options);
    const { connection, ...network } = routeTo('live', options, options.model ?? DEFAULT_MODEL);
    const resolved = resolveLiveOptions(options, connection.base);
    refuseDelegationWithout(connection, resolved);
    super(
      {
        userTranscription: true,
        autoToolReplyGeneration: true,
        midSessionChatCtxUpdate: false,
        midSessionInstructionsUpdate: false,
        midSessionToolsUpdate: resolved.delegation === 'responses',
      },
      connection,
      network,
    );
    this._opts = resolved;
  }

  override get model(): string {
    return this._opts.model;
  }

  /** Short pauses belong to what is being said. */
  override audioGate(): llm.AudioGate {
    return new llm.FixedGate(silence.level, { minSilenceDuration: silence.pauseMs });
  }

  override session(): GPTLiveSession {
    return new GPTLiveSession(this);
  }
}

function refuseDelegationWithout({ traits, row }: Connection, { delegation }: GPTLiveOptions): void {
  if (traits.clientDelegationOnly !== true || delegation === 'client') return;
  throw new PatchbayError(
    'unsupported',
    `${row.title} relays GPT-Live with client delegation only: set \`delegation: 'client'\`, give the agent no tools and listen for \`delegation_created\``,
  );
}
