import type { realtime as theirs } from '@livekit/agents-plugin-openai';
import type * as ours from './index.ts';

// Compiled, not run: a name that is missing here, or a type that does not take what LiveKit's takes, is an error.

/** Every type of the wire exists under LiveKit's name, and takes what LiveKit's describes. */
export type Wire = [
  Takes<ours.AssistantItem, theirs.AssistantItem>,
  Takes<ours.AssistantItemCreate, theirs.AssistantItemCreate>,
  Takes<ours.AudioBase64Bytes, theirs.AudioBase64Bytes>,
  Takes<ours.AudioContent, theirs.AudioContent>,
  Takes<ours.AudioFormat, theirs.AudioFormat>,
  Takes<ours.BaseItem, theirs.BaseItem>,
  Takes<ours.ClientEvent, theirs.ClientEvent>,
  Takes<ours.ClientEventType, theirs.ClientEventType>,
  Takes<ours.Content, theirs.Content>,
  Takes<ours.ContentPart, theirs.ContentPart>,
  Takes<ours.ConversationCreatedEvent, theirs.ConversationCreatedEvent>,
  Takes<ours.ConversationItemAddedEvent, theirs.ConversationItemAddedEvent>,
  Takes<ours.ConversationItemCreateContent, theirs.ConversationItemCreateContent>,
  Takes<ours.ConversationItemCreateEvent, theirs.ConversationItemCreateEvent>,
  Takes<ours.ConversationItemCreatedEvent, theirs.ConversationItemCreatedEvent>,
  Takes<ours.ConversationItemDeleteEvent, theirs.ConversationItemDeleteEvent>,
  Takes<ours.ConversationItemDeletedEvent, theirs.ConversationItemDeletedEvent>,
  Takes<
    ours.ConversationItemInputAudioTranscriptionCompletedEvent,
    theirs.ConversationItemInputAudioTranscriptionCompletedEvent
  >,
  Takes<
    ours.ConversationItemInputAudioTranscriptionDeltaEvent,
    theirs.ConversationItemInputAudioTranscriptionDeltaEvent
  >,
  Takes<
    ours.ConversationItemInputAudioTranscriptionFailedEvent,
    theirs.ConversationItemInputAudioTranscriptionFailedEvent
  >,
  Takes<ours.ConversationItemTruncateEvent, theirs.ConversationItemTruncateEvent>,
  Takes<ours.ConversationItemTruncatedEvent, theirs.ConversationItemTruncatedEvent>,
  Takes<ours.ConversationResource, theirs.ConversationResource>,
  Takes<ours.ErrorEvent, theirs.ErrorEvent>,
  Takes<ours.FunctionCallItem, theirs.FunctionCallItem>,
  Takes<ours.FunctionCallOutputItem, theirs.FunctionCallOutputItem>,
  Takes<ours.FunctionCallOutputItemCreate, theirs.FunctionCallOutputItemCreate>,
  Takes<ours.GenerationFinishedReason, theirs.GenerationFinishedReason>,
  Takes<ours.InputAudioBufferAppendEvent, theirs.InputAudioBufferAppendEvent>,
  Takes<ours.InputAudioBufferClearEvent, theirs.InputAudioBufferClearEvent>,
  Takes<ours.InputAudioBufferClearedEvent, theirs.InputAudioBufferClearedEvent>,
  Takes<ours.InputAudioBufferCommitEvent, theirs.InputAudioBufferCommitEvent>,
  Takes<ours.InputAudioBufferCommittedEvent, theirs.InputAudioBufferCommittedEvent>,
  Takes<ours.InputAudioBufferSpeechStartedEvent, theirs.InputAudioBufferSpeechStartedEvent>,
  Takes<ours.InputAudioBufferSpeechStoppedEvent, theirs.InputAudioBufferSpeechStoppedEvent>,
  Takes<ours.InputAudioContent, theirs.InputAudioContent>,
  Takes<ours.InputAudioTranscription, theirs.InputAudioTranscription>,
  Takes<ours.InputImageContent, theirs.InputImageContent>,
  Takes<ours.InputTextContent, theirs.InputTextContent>,
  Takes<ours.InputTranscriptionModel, theirs.InputTranscriptionModel>,
  Takes<ours.ItemResource, theirs.ItemResource>,
  Takes<ours.LegacyAudioFormat, theirs.LegacyAudioFormat>,
  Takes<ours.Modality, theirs.Modality>,
  Takes<ours.Model, theirs.Model>,
  Takes<ours.ModelUsage, theirs.ModelUsage>,
  Takes<ours.NoiseReduction, theirs.NoiseReduction>,
  Takes<ours.NoiseReductionType, theirs.NoiseReductionType>,
  Takes<ours.OutputTextContent, theirs.OutputTextContent>,
  Takes<ours.RateLimitsUpdatedEvent, theirs.RateLimitsUpdatedEvent>,
  Takes<ours.RealtimeAudioConfig, theirs.RealtimeAudioConfig>,
  Takes<ours.RealtimeAudioConfigInput, theirs.RealtimeAudioConfigInput>,
  Takes<ours.RealtimeAudioConfigOutput, theirs.RealtimeAudioConfigOutput>,
  Takes<ours.Reasoning, theirs.Reasoning>,
  Takes<ours.ReasoningEffort, theirs.ReasoningEffort>,
  Takes<ours.ResponseAudioDeltaEvent, theirs.ResponseAudioDeltaEvent>,
  Takes<ours.ResponseAudioDoneEvent, theirs.ResponseAudioDoneEvent>,
  Takes<ours.ResponseAudioTranscriptDeltaEvent, theirs.ResponseAudioTranscriptDeltaEvent>,
  Takes<ours.ResponseAudioTranscriptDoneEvent, theirs.ResponseAudioTranscriptDoneEvent>,
  Takes<ours.ResponseCancelEvent, theirs.ResponseCancelEvent>,
  Takes<ours.ResponseContentPartAddedEvent, theirs.ResponseContentPartAddedEvent>,
  Takes<ours.ResponseContentPartDoneEvent, theirs.ResponseContentPartDoneEvent>,
  Takes<ours.ResponseCreateEvent, theirs.ResponseCreateEvent>,
  Takes<ours.ResponseCreatedEvent, theirs.ResponseCreatedEvent>,
  Takes<ours.ResponseDoneEvent, theirs.ResponseDoneEvent>,
  Takes<ours.ResponseFunctionCallArgumentsDeltaEvent, theirs.ResponseFunctionCallArgumentsDeltaEvent>,
  Takes<ours.ResponseFunctionCallArgumentsDoneEvent, theirs.ResponseFunctionCallArgumentsDoneEvent>,
  Takes<ours.ResponseOutputItemAddedEvent, theirs.ResponseOutputItemAddedEvent>,
  Takes<ours.ResponseOutputItemDoneEvent, theirs.ResponseOutputItemDoneEvent>,
  Takes<ours.ResponseResource, theirs.ResponseResource>,
  Takes<ours.ResponseStatus, theirs.ResponseStatus>,
  Takes<ours.ResponseStatusDetails, theirs.ResponseStatusDetails>,
  Takes<ours.ResponseTextDeltaEvent, theirs.ResponseTextDeltaEvent>,
  Takes<ours.ResponseTextDoneEvent, theirs.ResponseTextDoneEvent>,
  Takes<ours.Role, theirs.Role>,
  Takes<ours.ServerEvent, theirs.ServerEvent>,
  Takes<ours.ServerEventType, theirs.ServerEventType>,
  Takes<ours.SessionCreatedEvent, theirs.SessionCreatedEvent>,
  Takes<ours.SessionResource, theirs.SessionResource>,
  Takes<ours.SessionUpdateEvent, theirs.SessionUpdateEvent>,
  Takes<ours.SessionUpdatedEvent, theirs.SessionUpdatedEvent>,
  Takes<ours.State, theirs.State>,
  Takes<ours.SystemItem, theirs.SystemItem>,
  Takes<ours.SystemItemCreate, theirs.SystemItemCreate>,
  Takes<ours.TextContent, theirs.TextContent>,
  Takes<ours.Tool, theirs.Tool>,
  Takes<ours.ToolChoice, theirs.ToolChoice>,
  Takes<ours.TracingConfig, theirs.TracingConfig>,
  Takes<ours.TurnDetectionType, theirs.TurnDetectionType>,
  Takes<ours.UserItem, theirs.UserItem>,
  Takes<ours.UserItemCreate, theirs.UserItemCreate>,
  Takes<ours.Voice, theirs.Voice>,
];

/** Fails to compile unless every `Theirs` is an `Ours`. */
type Takes<Ours, Theirs extends Ours> = [Ours, Theirs];

/** What a subclass reads of a reply in progress. */
export type Generations = [
  Takes<theirs.MessageGeneration, ours.MessageGeneration>,
  Takes<theirs.ResponseGeneration, ours.ResponseGeneration>,
  Takes<theirs.DiscardedGeneration, ours.DiscardedGeneration>,
];

/** What a program calls. */
export type Functions = [
  Takes<typeof theirs.isFatalError, typeof ours.isFatalError>,
  Takes<Parameters<typeof ours.processBaseURL>, Parameters<typeof theirs.processBaseURL>>,
  Takes<ReturnType<typeof theirs.processBaseURL>, ReturnType<typeof ours.processBaseURL>>,
  Takes<Parameters<typeof ours.livekitItemToOpenAIItem>, Parameters<typeof theirs.livekitItemToOpenAIItem>>,
  Takes<ConstructorParameters<typeof ours.RealtimeModel>, ConstructorParameters<typeof theirs.RealtimeModel>>,
  Takes<Parameters<typeof ours.RealtimeModel.withAzure>, Parameters<typeof theirs.RealtimeModel.withAzure>>,
  Takes<Pick<theirs.RealtimeSession, SessionMembers>, Pick<ours.RealtimeSession, SessionMembers>>,
  Takes<Pick<theirs.RealtimeModel, ModelMembers>, Pick<ours.RealtimeModel, ModelMembers>>,
];

type SessionMembers =
  | 'chatCtx'
  | 'clearAudio'
  | 'close'
  | 'commitAudio'
  | 'generateReply'
  | 'interrupt'
  | 'pushAudio'
  | 'sendEvent'
  | 'tools'
  | 'truncate'
  | 'updateChatCtx'
  | 'updateInstructions'
  | 'updateOptions'
  | 'updateTools';

type ModelMembers =
  | 'capabilities'
  | 'close'
  | 'inFrameSize'
  | 'label'
  | 'model'
  | 'numChannels'
  | 'outFrameSize'
  | 'provider'
  | 'sampleRate';

/** Constants. */
export type Constants = [
  Takes<theirs.Modality, ours.Modality>,
  Takes<typeof theirs.SAMPLE_RATE, typeof ours.SAMPLE_RATE>,
  Takes<typeof theirs.NUM_CHANNELS, typeof ours.NUM_CHANNELS>,
  Takes<typeof theirs.IN_FRAME_SIZE, typeof ours.IN_FRAME_SIZE>,
  Takes<typeof theirs.OUT_FRAME_SIZE, typeof ours.OUT_FRAME_SIZE>,
  Takes<string, typeof ours.BASE_URL>,
];
