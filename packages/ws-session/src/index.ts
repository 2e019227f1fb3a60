export { checkNetwork, proxySecrets, resolveAgent } from './agent.ts';
export { dialFailure, type Failure, type FailureContext } from './classify.ts';
export { Deadline } from './clock.ts';
export { guessHop } from './hop.ts';
export { SocketPool } from './pool.ts';
export { currentRuntime, type Clock, type Runtime, type Timer } from './runtime.ts';
export { Session } from './session.ts';
export type * from './types.ts';
export { statusVerdict, type Outcome } from './verdicts.ts';
