import type { Subject } from '@patchbay/conformance';
import type { ConnectionEvent } from '@patchbay/plugin-kit';
import { subjects as sound } from './subjects.ts';

type Emit = (event: string, payload: unknown) => boolean;

/** The realtime speech to text of this plugin, but for what it says of audio that was dropped. */
function flawed(name: string, tell: (event: ConnectionEvent) => ConnectionEvent | undefined): Subject {
  const good = sound.find(({ kind }) => kind === 'stt')!;
  return {
    ...good,
    name,
    create(where) {
      const model = good.create(where) as { emit: Emit };
      const emit = model.emit.bind(model);
      model.emit = (event, payload) => {
        const told = event === 'connection' ? tell(payload as ConnectionEvent) : payload;
        return told === undefined ? false : emit(event, told);
      };
      return model;
    },
  };
}

export const subjects: readonly Subject[] = [
  flawed('flawed.Silent', (event) => (event.type === 'audio-dropped' ? undefined : event)),
  flawed('flawed.Boastful', (event) =>
    event.type === 'open' ? { type: 'audio-dropped', droppedMs: 9_000, totalMs: 9_000, reason: 'reconnect' } : event,
  ),
];
