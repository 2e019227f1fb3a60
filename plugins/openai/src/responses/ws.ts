// What upstream's namespace `ws` holds, and the other events of the wire.
export { ResponsesWebSocket, type ResponsesSocketLike } from './responses-web-socket.ts';
export type * from './ws-types.ts';
