import { RealtimeModelBase, refuseOption } from '@patchbay/plugin-kit';
import type { llm } from '@livekit/agents';
import { routeTo } from '../endpoint.ts';
import { checkTranslationOptions, resolveTranslationOptions, translationConnectOptions } from './options.ts';
import type {
  RealtimeTranslationModelOptions,
  RealtimeTranslationOptions,
  RealtimeTranslationSessionOptions,
} from './options.ts';
import { RealtimeTranslationSession } from './translation-session.ts';

/**
 * OpenAI's Realtime translation: speech in one language becomes speech and text in another, while the speaker still
 * speaks, straight or through a gateway that relays it. An interpreter: it takes no instructions, has no tools and no
 * memory, and cannot be asked for a reply.
 *
 * One model, one target language; two people who talk to each other need one for each direction.
 * https://developers.openai.com/api/docs/guides/realtime-translation
 */
export class RealtimeTranslationModel extends RealtimeModelBase {
  /** @internal Holds no key. */
  _options: RealtimeTranslationOptions;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: RealtimeTranslationModelOptions) {
    if ((options as unknown) === undefined) refuseOption('targetLanguage', "a language, such as 'es'");
    checkTranslationOptions(options);
    const { model = 'gpt-realtime-translate' } = options;
    const { connection, ...network } = routeTo('translation', translationConnectOptions(options), model);
    const resolved = resolveTranslationOptions(options, connection.base);
    super(capabilitiesOf(resolved), connection, network);
    this._options = resolved;
  }

  override get model(): string {
    return this._options.model;
  }

  get targetLanguage(): string {
    return this._options.targetLanguage;
  }

  /** As the options are now: without a `transcriptionModel` the caller's words are known to nobody. */
  override get capabilities(): llm.RealtimeCapabilities {
    return capabilitiesOf(this._options);
  }

  override label(): string {
    return 'openai.RealtimeTranslationModel';
  }

  override session(): RealtimeTranslationSession {
    return new RealtimeTranslationSession(this);
  }

  /**
   * Changes options for sessions to come and for those that are open.
   *
   * @throws PatchbayError `invalid-option` that names the option, and nothing is changed.
   */
  updateOptions(options: RealtimeTranslationSessionOptions): void {
    checkTranslationOptions(options);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this._options = { ...this._options, ...(given as RealtimeTranslationSessionOptions) };
    for (const session of this.sessions) (session as RealtimeTranslationSession).updateOptions(options);
  }
}

/**
 * `turnDetection`, because it decides by itself when to speak: LiveKit must neither wait for a turn nor ask for an
 * answer. And it speaks over the caller, whose next words must not silence it.
 */
function capabilitiesOf(options: RealtimeTranslationOptions): llm.RealtimeCapabilities {
  return {
    messageTruncation: false,
    turnDetection: true,
    supportsOverlappingSpeech: true,
    userTranscription: Boolean(options.transcriptionModel),
    autoToolReplyGeneration: false,
    audioOutput: true,
    manualFunctionCalls: false,
    midSessionChatCtxUpdate: false,
    midSessionInstructionsUpdate: false,
    midSessionToolsUpdate: false,
    perResponseToolChoice: false,
  };
}
