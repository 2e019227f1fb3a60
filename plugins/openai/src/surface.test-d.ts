/**
 * What programs written for LiveKit's own plugin say, all of it. This file is compiled twice, with `openai-under-test`
 * as that plugin and as this one, so that a difference is an error of the compiler. Nothing here is run.
 */
import { llm, stt, voice } from '@livekit/agents';
import type { APIConnectOptions, inference, stream, tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import OpenAI from 'openai';
import * as openai from 'openai-under-test';
import { LLM, realtime, responses, STT, TTS } from 'openai-under-test';
import type { LLMOptions, STTOptions, TTSOptions, LLMStream, ws } from 'openai-under-test';
import * as z from 'zod';

const client = new OpenAI({ apiKey: 'key' });
const toolContext = new llm.ToolContext([
  llm.tool({ name: 'now', description: 'The time.', parameters: z.object({}), execute: async () => 'noon' }),
  new openai.WebSearch({
    searchContextSize: 'low',
    filters: { allowed_domains: ['example.com'] },
    userLocation: { type: 'approximate', city: 'Paris' },
  }),
  new openai.FileSearch({
    vectorStoreIds: ['vs_1'],
    maxNumResults: 5,
    rankingOptions: { ranker: 'auto', score_threshold: 0.5 },
  }),
  new openai.CodeInterpreter({ container: { type: 'auto', file_ids: ['file_1'] } }),
]);

export const agentSessions: voice.AgentSession[] = [
  new voice.AgentSession({ stt: new STT(), llm: new LLM(), tts: new TTS() }),
  new voice.AgentSession({ stt: new openai.STT(), llm: new openai.responses.LLM(), tts: new openai.TTS() }),
  new voice.AgentSession({ llm: new openai.realtime.RealtimeModel({ voice: 'marin' }) }),
  new voice.AgentSession({ llm: new realtime.GPTLiveModel({ voice: 'stone' }) }),
];

// Chat completions.

const llmOptions: Partial<LLMOptions> = {
  model: 'gpt-4.1',
  apiKey: 'key',
  baseURL: 'https://example.com/v1',
  user: 'somebody',
  temperature: 0.2,
  topP: 0.9,
  client,
  toolChoice: 'auto',
  parallelToolCalls: true,
  metadata: { call: '1' },
  maxCompletionTokens: 500,
  serviceTier: 'priority',
  store: false,
  reasoningEffort: 'low',
  strictToolSchema: true,
};

export const languageModels: llm.LLM[] = [
  new LLM(llmOptions),
  new LLM({ model: 'any-model-there-is' }, 'openai'),
  LLM.withAzure({
    model: 'gpt-4.1',
    azureEndpoint: 'https://contoso.openai.azure.com',
    azureDeployment: 'my-gpt',
    apiVersion: '2024-10-21',
    apiKey: 'key',
    azureAdToken: 'token',
    azureAdTokenProvider: async () => 'token',
    organization: 'org',
    project: 'project',
    user: 'somebody',
    temperature: 0,
  }),
  LLM.withCerebras({ model: 'llama3.1-8b', apiKey: 'key', client }),
  LLM.withFireworks({ ...llmOptions, model: 'accounts/fireworks/models/llama' }),
  LLM.withXAI({ apiKey: 'key', temperature: 0.1 }),
  LLM.withGroq({ model: 'llama3-8b-8192', user: 'somebody' }),
  LLM.withDeepSeek({ model: 'deepseek-chat' }),
  LLM.withOcto({ model: 'llama-2-13b-chat' }),
  LLM.withOllama({ model: 'llama3.1', baseURL: 'http://localhost:11434/v1' }),
  LLM.withPerplexity({ baseURL: 'https://api.perplexity.ai' }),
  LLM.withTogether(),
  LLM.withTelnyx(),
  LLM.withMeta({ model: 'Llama-3.3-70B-Instruct' }),
  LLM.withOVHcloud(llmOptions),
  new responses.LLM({ model: 'gpt-5-mini', useWebSocket: false, reasoning: { effort: 'low' }, maxOutputTokens: 100 }),
  new responses.LLM({
    store: true,
    metadata: {},
    strictToolSchema: true,
    serviceTier: 'auto',
    client,
    reasoning: null,
  }),
];

export async function chat(model: LLM, other: responses.LLM, connOptions: APIConnectOptions): Promise<string> {
  const chatCtx = llm.ChatContext.empty();
  chatCtx.addMessage({ role: 'user', content: 'Hello' });
  const call = { chatCtx, toolCtx: toolContext, connOptions, parallelToolCalls: true, extraKwargs: { seed: 1 } };
  const chatStream: LLMStream = model.chat({ ...call, toolChoice: { type: 'function', function: { name: 'now' } } });
  for await (const chunk of chatStream) if (chunk.delta?.content) return chunk.delta.content;
  for await (const { delta, usage, id } of other.chat({ ...call, toolChoice: 'required' }))
    if (usage) return `${id} ${delta?.role} ${usage.totalTokens}`;
  model.on('error', ({ error, recoverable }) => void [error.message, recoverable]);
  model.prewarm();
  other.prewarm();
  await model.aclose();
  await other.close();
  await other.aclose();
  return [model.label(), model.model, model.provider, other.label(), other.model].join();
}

export const isReasoning: boolean = openai.supportsReasoningEffort('gpt-5');
export const effort: openai.ReasoningEffort | undefined = openai.defaultReasoningEffort('gpt-5');
export const reasoning: openai.Reasoning = { effort: 'low' };
export const responsesOptions: Partial<responses.LLMOptions> = { model: 'gpt-5', parallelToolCalls: false };

/** As somebody would who adds a hosted tool of their own. */
export class ImageGeneration extends openai.OpenAITool {
  constructor() {
    super({ id: 'openai_image_generation' });
  }

  override toToolConfig(): Record<string, unknown> {
    return { type: 'image_generation' };
  }
}

// The Responses socket.

export function listen(socket: ws.ResponsesWebSocket): stream.StreamChannel<ws.WsServerEvent> {
  const request: ws.WsResponseCreateEvent = { type: 'response.create', model: 'gpt-5', input: [] };
  return socket.sendRequest(request);
}

// Speech to text, and text to speech.

const sttOptions: Partial<STTOptions> = {
  apiKey: 'key',
  language: ['en', 'de'],
  prompt: 'A call about flights.',
  keywords: ['Patchbay'],
  detectLanguage: false,
  model: 'gpt-transcribe',
  baseURL: 'https://example.com/v1',
  client,
  useRealtime: true,
  turnDetection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 600, silence_duration_ms: 350 },
  noiseReductionType: 'near_field',
  vad: null,
  temperature: 0,
};

export async function transcribe(vad: inference.VAD, frame: AudioFrame): Promise<string> {
  const model: stt.STT = new STT(sttOptions);
  const own = new STT({ model: 'gpt-realtime-whisper', vad, turnDetection: null });
  const groq = STT.withGroq({ model: 'whisper-large-v3', language: 'en', detectLanguage: true });
  const ovh = STT.withOVHcloud({ apiKey: 'key' });
  own.updateOptions({ language: 'fr', turnDetection: { type: 'semantic_vad', eagerness: 'low' } });
  own._updateSessionKeyterms(['Patchbay']);
  const stream = own.stream({ language: 'de', connOptions: { maxRetry: 1, retryIntervalMs: 10, timeoutMs: 1_000 } });
  stream.pushFrame(frame);
  stream.endInput();
  for await (const event of stream)
    if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT) return event.alternatives![0].text;
  const event = await groq.recognize([frame]);
  await Promise.all([model.close(), own.close(), groq.close(), ovh.close()]);
  const detection: realtime.TurnDetectionType | null | undefined = own.turnDetection;
  return [own.label, own.model, own.provider, detection?.type, event.alternatives?.[0].language].join();
}

const ttsOptions: Partial<TTSOptions> = {
  model: 'gpt-4o-mini-tts',
  voice: 'ash',
  speed: 1.1,
  instructions: 'Calmly.',
  baseURL: 'https://example.com/v1',
  client,
  apiKey: 'key',
};

export async function speak(connOptions: APIConnectOptions, signal: AbortSignal): Promise<tts.TTS> {
  const model = new TTS(ttsOptions);
  model.updateOptions({ model: 'tts-1', voice: 'onyx', speed: 1 });
  const stream: openai.ChunkedStream = model.synthesize('Hello', connOptions, signal);
  for await (const { frame, final, requestId } of stream) void [frame.sampleRate, final, requestId];
  await model.close();
  void [model.label, model.model, model.provider, model.sampleRate, model.numChannels];
  return model;
}

// Speech to speech.

export function converse(): realtime.RealtimeSession {
  const model = new realtime.RealtimeModel({
    model: 'gpt-realtime',
    reasoning: { effort: 'low' },
    voice: 'cedar',
    temperature: 0.8,
    toolChoice: 'auto',
    baseURL: 'https://example.com/v1',
    modalities: ['text', 'audio'],
    inputAudioTranscription: { model: 'gpt-4o-mini-transcribe', language: 'en', prompt: 'Flights.' },
    inputAudioNoiseReduction: { type: 'far_field' },
    turnDetection: { type: 'semantic_vad', eagerness: 'high', create_response: true, interrupt_response: true },
    speed: 1,
    tracing: { enabled: true },
    apiKey: 'key',
    maxSessionDuration: 600_000,
    connOptions: { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 },
  });
  realtime.RealtimeModel.withAzure({
    azureDeployment: 'my-realtime',
    azureEndpoint: 'https://contoso.openai.azure.com',
    apiVersion: '2024-10-01-preview',
    apiKey: 'key',
    entraToken: 'token',
    voice: 'alloy',
    temperature: 0.8,
    inputAudioTranscription: { model: 'whisper-1' },
    inputAudioNoiseReduction: { type: 'near_field' },
    turnDetection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 200 },
    speed: 1,
    tracing: { enabled: false },
  });
  const session = model.session();
  session.on('openai_server_event_received', (event: realtime.ServerEvent) => void event.type);
  session.on('openai_client_event_queued', (event: realtime.ClientEvent) => void event.type);
  session.on('session_reconnected', () => undefined);
  session.on('generation_created', (event: llm.GenerationCreatedEvent) => void event.responseId);
  session.sendEvent({ type: 'input_audio_buffer.clear' });
  session.sendEvent({ type: 'response.create', response: { instructions: 'Greet.', modalities: ['text'] } });
  session.updateOptions({ toolChoice: 'none' });
  void [
    model.sampleRate,
    model.numChannels,
    model.inFrameSize,
    model.outFrameSize,
    model.label(),
    model.model,
    model.provider,
  ];
  return session;
}

export async function direct(session: realtime.RealtimeSession, frame: AudioFrame, signal: AbortSignal): Promise<void> {
  await session.updateInstructions('Be brief.');
  await session.updateChatCtx(session.chatCtx.copy());
  await session.updateTools(toolContext);
  session.pushAudio(frame);
  await session.commitAudio();
  await session.clearAudio();
  const generation = await session.generateReply('Say hello.', { signal });
  for await (const {
    messageId,
    textStream,
    audioStream,
    modalities,
  } of generation.messageStream as AsyncIterable<llm.MessageGeneration>)
    void [messageId, textStream, audioStream, await modalities];
  await session.interrupt();
  await session.truncate({ messageId: 'item_1', audioEndMs: 300, modalities: ['audio'], audioTranscript: 'Hel' });
  await session.close();
}

/** As a plugin for a service that speaks almost the same dialect does. */
export class OwnSession extends realtime.RealtimeSession {
  protected override async createChatCtxUpdateEvents(
    chatCtx: llm.ChatContext,
  ): Promise<(realtime.ConversationItemCreateEvent | realtime.ConversationItemDeleteEvent)[]> {
    const events = await super.createChatCtxUpdateEvents(chatCtx);
    return events.filter(({ type }) => type !== 'conversation.item.delete');
  }

  protected override handleResponseCreated(event: realtime.ResponseCreatedEvent): void {
    super.handleResponseCreated(event);
    if (this.currentGeneration instanceof realtime.DiscardedGeneration) this.resetInputTurnState();
  }

  protected override handleConversationItemInputAudioTranscriptionCompleted(
    event: realtime.ConversationItemInputAudioTranscriptionCompletedEvent,
  ): void {
    if (this.remoteChatCtx.get(event.item_id)) super.handleConversationItemInputAudioTranscriptionCompleted(event);
  }

  protected override handleInputAudioBufferSpeechStarted(event: realtime.InputAudioBufferSpeechStartedEvent): void {
    this.closeCurrentGeneration('barge-in');
    super.handleInputAudioBufferSpeechStarted(event);
  }

  protected override handleConversationItemCreated(event: realtime.ConversationItemCreatedEvent): void {
    super.handleConversationItemCreated(event);
  }

  protected override handleResponseTextDelta(event: realtime.ResponseTextDeltaEvent): void {
    super.handleResponseTextDelta(event);
  }

  protected override handleResponseAudioDelta(event: realtime.ResponseAudioDeltaEvent): void {
    super.handleResponseAudioDelta(event);
  }
}

export const address: string = realtime.processBaseURL({
  baseURL: realtime.BASE_URL,
  model: 'gpt-realtime',
  isAzure: false,
});
export const frameSizes: number[] = [
  realtime.SAMPLE_RATE,
  realtime.NUM_CHANNELS,
  realtime.IN_FRAME_SIZE,
  realtime.OUT_FRAME_SIZE,
];
export const isFatal: boolean = realtime.isFatalError({ type: 'error', code: 'insufficient_quota' });
export const item: Promise<realtime.ItemResource> = realtime.livekitItemToOpenAIItem(
  new llm.ChatMessage({ role: 'user', content: ['Hello'] }),
);

// GPT-Live.

export async function live(frame: AudioFrame): Promise<llm.DuplexModel> {
  const responsesOptions: realtime.ResponsesDelegationOptions = {
    model: 'gpt-5.6-luna',
    instructions: 'Look things up.',
    toolChoice: null,
    parallelToolCalls: true,
    maxOutputTokens: 100,
  };
  const options: realtime.GPTLiveModelOptions = {
    model: 'gpt-live-1',
    voice: 'marin',
    delegation: 'responses',
    responsesOptions,
    apiKey: 'key',
    baseURL: 'https://example.com/v1',
    maxSessionDuration: null,
    connOptions: { maxRetry: 3, retryIntervalMs: 2_000, timeoutMs: 10_000 },
  };
  const model = new realtime.GPTLiveModel(options);
  const session: realtime.GPTLiveSession = model.session();
  session.on('delegation_created', ({ id, pendingTranscript }: realtime.GPTLiveDelegation) => {
    session.appendCommentary(pendingTranscript, { delegationId: id });
  });
  session.appendInstructions('Be brief.');
  session.appendThinking('Two seats are left.');
  session.muteInput();
  session.unmuteInput();
  session.pushAudio(frame);
  session.sendEvent({ type: 'session.update' });
  void [session.sessionId, session.tools, session.audioStream, model.audioGate()];
  await session.close();
  await model.close();
  return model;
}
