import { parseObject } from '../../http/json.ts';
import { invalid } from '../errors.ts';
import type { SonioxError } from '../errors.ts';
import { Fields } from '../fields.ts';

export type Control = 'finalize' | 'keepalive';

const malformed = (): SonioxError => invalid('Control request is malformed.');

/** What a client may say behind its first message. https://soniox.com/docs/stt/rt/manual-finalization */
export function readControl(text: string): Control {
  const message = parseObject(text);
  if (!message) throw malformed();
  const fields = new Fields(message, malformed);
  const type = fields.text('type');
  if (type !== 'finalize' && type !== 'keepalive') throw invalid('Control request invalid type.');
  // How much silence there is already: the ear hears that for itself.
  fields.number('trailing_silence_ms', [0, Infinity]);
  return type;
}
