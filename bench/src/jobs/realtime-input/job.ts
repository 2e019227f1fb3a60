import { asTheBase, modes, type Job } from '../../job.ts';

export const realtimeInput: Job = {
  name: 'realtime-input',
  title: 'Realtime: what is said to the model',
  about:
    'A realtime session that is spoken to in frames of 10 or 50 ms, as fast as the server hears it; every mode sends ' +
    'appends of 100 ms. The server counts the bytes of audio.',
  variants: ['10 ms', '50 ms'],
  modes,
  client: new URL('./client.ts', import.meta.url),
  server: new URL('../../servers/realtime.ts', import.meta.url),
  measures: [
    { name: 'cpu', title: 'CPU', unit: 'ms per minute of audio', goals: [{ times: 'raw', atMost: 1.15 }, asTheBase] },
    { name: 'allocated', title: 'Allocated', unit: 'MB per minute of audio', goals: [asTheBase] },
  ],
};
