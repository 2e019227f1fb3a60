import type { LoopbackOptions, Mind } from '../cloud.ts';
import { echoMind } from './echo.ts';
import { scriptedMind } from './scripted.ts';

export { echoMind } from './echo.ts';
export { passThroughMind } from './pass-through.ts';
export type { PassThroughOptions } from './pass-through.ts';
export { scriptedMind } from './scripted.ts';

export function resolveMind(mind: LoopbackOptions['mind']): Mind {
  if (typeof mind === 'object') return mind;
  return mind === 'echo' ? echoMind : scriptedMind;
}
