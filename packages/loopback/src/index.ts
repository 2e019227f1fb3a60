export { systemClock } from './clock.ts';
export type { Clock, Timer } from './clock.ts';
export type {
  CloudEvent,
  DeepgramAccount,
  Loopback,
  LoopbackOptions,
  McpServerTool,
  Mind,
  MindOutput,
  MindRequest,
  MindThought,
  MindWork,
  OfferedTool,
  ReceivedRequest,
  SonioxAccount,
  Turn,
} from './cloud.ts';
export { faultCatalogue } from './faults/catalogue.ts';
export type { FaultGroup, FaultKind, FaultParameter, Transport } from './faults/catalogue.ts';
export { parseFault } from './faults/parse.ts';
export { FaultError } from './faults/types.ts';
export type { Fault, Faults, InjectedFault } from './faults/types.ts';
export { gatewayNames } from './gateways/names.ts';
export type { GatewaySettings } from './gateways/settings.ts';
export { echoMind, passThroughMind, scriptedMind } from './mind/index.ts';
export type { PassThroughOptions } from './mind/index.ts';
export { startLoopback } from './server.ts';
export { startEar } from './voice/ear.ts';
export type { EarOptions } from './voice/ear.ts';
export { plainEar, plainVoice } from './voice/plain-voice.ts';
export type { Recogniser } from './voice/recogniser.ts';
export type { Carrier, Ear, Listener, Speech, Voice } from './voice/types.ts';
export { startVoice } from './voice/voice.ts';
export type { VoiceOptions } from './voice/voice.ts';
