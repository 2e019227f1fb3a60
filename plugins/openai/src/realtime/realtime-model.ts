import { RealtimeModelBase } from '@patchbay/plugin-kit';
import { checkName, checkObject, refuseOption } from '@patchbay/plugin-kit';
import type { llm } from '@livekit/agents';
import { azurePlaceOf } from '../azure-place.ts';
import { previewVersionOf, type AzureOptions } from '../azure.ts';
import { routeTo } from '../endpoint.ts';
import { IN_FRAME_SIZE, NUM_CHANNELS, OUT_FRAME_SIZE, SAMPLE_RATE, type TurnDetectionType } from './api-proto.ts';
import { checkSessionOptions, connectOptionsFor, resolveRealtimeOptions } from './options.ts';
import type { RealtimeModelOptions, RealtimeOptions, RealtimeSessionOptions } from './options.ts';
import { RealtimeSession } from './realtime-session.ts';

const azureTurnDetection: TurnDetectionType = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  create_response: true,
};

/** What `RealtimeModel.withAzure` takes. */
export interface AzureRealtimeOptions
  extends Omit<RealtimeModelOptions, keyof AzureOptions | 'client' | 'gateway'>, AzureOptions {
  azureDeployment: string;
}

/** OpenAI's Realtime API, speech to speech, straight or through any gateway. */
export class RealtimeModel extends RealtimeModelBase {
  readonly sampleRate: number = SAMPLE_RATE;
  readonly numChannels: number = NUM_CHANNELS;
  readonly inFrameSize: number = IN_FRAME_SIZE;
  readonly outFrameSize: number = OUT_FRAME_SIZE;
  /** @internal Holds no key. */
  _options: RealtimeOptions;

  /** @throws PatchbayError for options that cannot work. */
  constructor(options: RealtimeModelOptions = {}) {
    const connectOptions = connectOptionsFor(options);
    const { connection, ...network } = routeTo('conversation', connectOptions, connectOptions.model);
    const resolved = resolveRealtimeOptions(options, connection.base, previewVersionOf(connection));
    super(capabilitiesOf(resolved), connection, network);
    this._options = resolved;
  }

  /**
   * An Azure OpenAI deployment, by the v1 API, or with a dated `apiVersion` by the preview that Microsoft deprecated in
   * April 2026. Defaults differ as Azure's do: `whisper-1` transcribes (there, `inputAudioTranscription.model` is the
   * name of a deployment), and server VAD ends turns after 200 ms of silence. Reported is `model`, or the deployment.
   *
   * @throws PatchbayError that says what to set.
   */
  static withAzure(options: AzureRealtimeOptions): RealtimeModel {
    checkObject('options', options);
    checkName('azureDeployment', options?.azureDeployment);
    const azureDeployment = options?.azureDeployment ?? azurePlaceOf(options ?? {}).deployment;
    if (azureDeployment === undefined) refuseOption('azureDeployment', 'the name of a deployment');
    const { inputAudioTranscription = { model: 'whisper-1' }, turnDetection = azureTurnDetection } = options;
    return new RealtimeModel({ ...options, inputAudioTranscription, turnDetection, azureDeployment });
  }

  override get model(): string {
    return this._options.model;
  }

  override label(): string {
    return 'openai.RealtimeModel';
  }

  override get sessions(): ReadonlySet<RealtimeSession> {
    return super.sessions as ReadonlySet<RealtimeSession>;
  }

  override session(): RealtimeSession {
    return new RealtimeSession(this);
  }

  /**
   * Changes options for sessions to come and for those that are open.
   *
   * @throws PatchbayError `invalid-option` that names the option, and nothing is changed.
   */
  updateOptions(options: RealtimeSessionOptions): void {
    checkSessionOptions(options);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    this._options = { ...this._options, ...(given as RealtimeSessionOptions) };
    const { turnDetection, userTranscription } = capabilitiesOf(this._options);
    Object.assign(this.capabilities, { turnDetection, userTranscription });
    for (const session of this.sessions) session.updateOptions(options);
  }
}

/** A model whose server does not answer by itself does not take turns either (livekit/agents#6635). */
function capabilitiesOf(options: RealtimeOptions): llm.RealtimeCapabilities {
  const { turnDetection, inputAudioTranscription, modalities } = options;
  return {
    messageTruncation: true,
    turnDetection: turnDetection !== null && turnDetection?.create_response !== false,
    userTranscription: Boolean(inputAudioTranscription),
    autoToolReplyGeneration: false,
    audioOutput: modalities.includes('audio'),
    manualFunctionCalls: true,
    midSessionChatCtxUpdate: true,
    midSessionInstructionsUpdate: true,
    midSessionToolsUpdate: true,
    perResponseToolChoice: true,
  };
}
