// What every class stands on.
export type { AudioFrame } from './audio-frame.ts';
export { base64Of } from './base64.ts';
export {
  checkCount,
  checkFlag,
  checkJson,
  checkLength,
  checkMono,
  checkName,
  checkNames,
  checkNumber,
  checkObject,
  checkOneOf,
  checkPhrases,
  checkRange,
  checkString,
  checkStreaming,
  checkStrings,
  checkTexts,
  checkTimeout,
  orZero,
  recordOf,
  refuseOption,
} from './check-options.ts';
export type { ConnectionEmitter, ConnectionEvent, ConnectionEvents } from './connection-events.ts';
export {
  providerError,
  retryableStatus,
  retryAfter,
  toAPIError,
  toPatchbayError,
  type APIErrorOverrides,
} from './errors.ts';
export { ExtraAttempts, Extras } from './extras.ts';
export { guardedEmit, type GuardedEmitter } from './guarded-emit.ts';
export { logger, type Logger } from './logging.ts';
export { fieldsOf, listOf, numberOf, textOf } from './json-fields.ts';
export { providerFailure } from './provider-failure.ts';
export { resolveConnect, routeIfAny, routeTo, withBase, type PluginConnectOptions, type Route } from './connect.ts';
export { registerPlugin } from './register-plugin.ts';
export { resolverOf, type OptionsResolver } from './options-resolver.ts';
export { resolveOptions, unsetWhere, type OptionRule, type OptionRules } from './option-rules.ts';
export { snakeCased } from './snake-cased.ts';
export type { Words } from './words.ts';
export { connectOptionsOf, environment, Secret, type ConnectOptions } from './options.ts';
export { PcmChunker, type PcmChunkerOptions } from './pcm-chunker.ts';
export { Resampler } from './resampler.ts';
export { MAX_UNREADABLE } from '@patchbay/ws-session';
export type {
  Clock,
  Expectation,
  Frame,
  LaneRules,
  Link,
  NetworkOptions,
  PooledSocketInfo,
  Timer,
} from '@patchbay/ws-session';

// HTTP, by the way of the sockets.
export { createFetch, type FetchOptions } from './fetch.ts';
export { requestJson, type JsonRequest } from './http-json.ts';
export { KeepAlive, LazyMap, LazySet } from '@patchbay/ws-session';
export { sendHttp, type HttpRequest, type HttpResponse } from './http-request.ts';
export { eventsOf, ServerSentEventDecoder, type ServerSentEvent } from './server-sent-events.ts';
export { withRetries } from './with-retries.ts';

// Speech to text.
export { BatchSTTStream, type BatchRequest } from './batch-stt-stream.ts';
export { wavOf } from './wav.ts';
export { meanOf, meanProbability } from './mean.ts';
export { Speakers } from './speakers.ts';
export { Speech, type SpeechContext } from './speech.ts';
export {
  speechDataOf,
  type LanguageRun,
  type SpeechDetails,
  type SpeechUsage,
  type SpeechWord,
} from './speech-details.ts';
export { decodeJson, type JsonMessage } from './json-message.ts';
export { type SpeechToTextContext, type SpeechToTextWire } from './speech-to-text-wire.ts';
export { StreamingSTT, type SettlingStream, type StreamingSTTDescription } from './streaming-stt.ts';
export { StreamingSTTStream } from './streaming-stt-stream.ts';
export {
  UpdatableSTT,
  UpdatableSTTStream,
  type UpdatableOptions,
  type UpdatableSTTDescription,
} from './updatable-stt.ts';

// Text to speech.
export { HttpChunkedStream } from './http-chunked-stream.ts';
export {
  HttpTTS,
  type HttpSpeechWire,
  type HttpTTSDescription,
  type SpeechFormat,
  type SpeechSink,
} from './http-tts.ts';

export { tokenizerOf, type Tokenizer } from './sentences.ts';
export { SocketChunkedStream } from './socket-chunked-stream.ts';
export { StreamingTTS, type StreamingTTSDescription } from './streaming-tts.ts';
export { StreamingTTSStream } from './streaming-tts-stream.ts';
export { UpdatableTTS, type UpdatableTTSDescription } from './updatable-tts.ts';
export { VoiceTTS, type VoiceTTSDescription } from './voice-tts.ts';
export {
  type Rate,
  type SpeechLimits,
  type SpokenTurn,
  type SpokenWord,
  type TextToSpeechContext,
  type TextToSpeechWire,
} from './text-to-speech-wire.ts';

// Language models.
export { RequestLLM, type RequestLLMDescription } from './request-llm.ts';
export { Reply } from './request-llm-reply.ts';
export {
  RequestLLMStream,
  type HttpExchange,
  type RequestLLMStreamOptions,
  type SocketExchange,
} from './request-llm-stream.ts';

// Speech to speech.
export { audioFrameOf } from './realtime-audio.ts';
export { Channel } from './realtime-channel.ts';
export { DiscardedGeneration, MessageGeneration, ResponseGeneration, type Modality } from './realtime-generation.ts';
export { type RealtimeUsage } from './realtime-metrics.ts';
export { RealtimeModelBase } from './realtime-model.ts';
export { type RealtimeReply, type ReplyOptions, type Withdrawal } from './realtime-replies.ts';
export { RealtimeSessionBase } from './realtime-session.ts';
export type { RealtimeSettings } from './realtime-settings.ts';

// Speech and speech at once.
export { DuplexModelBase } from './duplex-model.ts';
export { DuplexSessionBase, type DuplexSettings } from './duplex-session.ts';
