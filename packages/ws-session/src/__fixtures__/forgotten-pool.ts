import { SocketPool } from '../pool.ts';
import { connectionTo } from './connection.ts';

/** A program that asks once, hears that its socket is lost, and never closes its pool. Its only argument is the server's URL. */
const pool = new SocketPool({
  connection: connectionTo(process.argv[2]!),
  event: ({ type }) => type === 'closed' && process.stdout.write('lost'),
});
await pool.request(() => 'one', {
  onFrame: (frame) => frame === 'done',
  signal: new AbortController().signal,
  firstEventMs: 10_000,
  inactivityMs: 10_000,
  dialMs: 10_000,
});
