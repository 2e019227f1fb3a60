// What upstream's namespace `ws` holds of types; its socket class has no counterpart here.
export type {
  WsErrorEvent,
  WsFunctionCallItem,
  WsOutputItem,
  WsOutputItemDoneEvent,
  WsOutputTextDeltaEvent,
  WsResponseCompletedEvent,
  WsResponseCreateEvent,
  WsResponseCreatedEvent,
  WsResponseFailedEvent,
  WsServerEvent,
} from './wire.ts';
