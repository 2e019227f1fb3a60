import { errorEvent } from './dialects.ts';
import type { Exchange } from './exchange.ts';
import type { Fault } from './types.ts';

type Effect = (exchange: Exchange, settings: Fault) => Promise<void> | void;

const stall: Effect = (exchange) => exchange.silence();
const mute: Effect = (exchange) => exchange.mute();
const close: Effect = (exchange, { code, reason }) => exchange.close(code ?? 1011, reason);
const drop: Effect = (exchange) => {
  exchange.silence();
  return exchange.settings.writer.reset();
};
const end: Effect = (exchange) => {
  exchange.silence();
  return exchange.settings.writer.end();
};

/** What happens to a connection at the point. */
export const streamEffects: Readonly<Record<string, Effect>> = {
  silence: stall,
  deaf: mute,
  'close-at-once': close,
  'error-after-open': async (exchange, { code, kind }) => {
    const { encoder, transport, writer } = exchange.settings;
    await writer.write(encoder.message(JSON.stringify(errorEvent(exchange.dialect, transport, { kind }))));
    await exchange.close(code ?? 1011);
  },
  'close-before-first-event': close,
  'stall-after': stall,
  'stall-at': stall,
  'mute-after': mute,
  'mute-at': mute,
  'drop-after': drop,
  'drop-at': drop,
  'end-after': end,
  'end-at': end,
  'close-after': close,
  'close-at': close,
  expire: async (exchange) => {
    const { encoder, transport, writer } = exchange.settings;
    const { expiry } = exchange.dialect;
    await writer.write(encoder.message(JSON.stringify(expiry?.event ?? errorEvent(exchange.dialect, transport))));
    await exchange.close(expiry?.code ?? 1001, expiry?.reason);
  },
  'slow-drip': (exchange, { bytes, ms }) => exchange.settings.writer.drip(bytes ?? 100, ms ?? 100),
  'stop-reading': (exchange) => exchange.stopReading(),
  freeze: (exchange, { ms }) => exchange.freeze(ms ?? 30_000),
};
