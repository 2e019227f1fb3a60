import type { Query } from '@patchbay/ws-url';
import type { StreamingSTTDescription } from './streaming-stt.ts';

/** What says where a socket goes, and what its URL tells. */
type Way<Options> = Pick<StreamingSTTDescription<Options>, 'connection' | 'modelOf' | 'queryOf'>;

/** Throws a PatchbayError `invalid-option` for a model, or for audio, that this way does not lead to. */
export function checkWay<Options>({ connection, modelOf, queryOf }: Way<Options>, options: Readonly<Options>): void {
  connection.checkModel(modelOf?.(options));
  connection.checkSaid(queryOf?.(options) ?? {});
}

/** As long as the query of a URL may become by our own doing: many servers take 8 KiB for all of a request line. */
const longestQuery = 6_000;

/** Half of a pair has no encoding, and is refused where it is sent. */
function encodedLength(text: string): number {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?')).length;
}

/** Whether everybody on the way will take a URL with this query. */
export function isShort(query: Query): boolean {
  let length = 0;
  for (const [key, entry] of Object.entries(query)) {
    for (const value of [entry ?? []].flat()) length += key.length + encodedLength(String(value)) + 2;
    if (length > longestQuery) return false;
  }
  return true;
}
