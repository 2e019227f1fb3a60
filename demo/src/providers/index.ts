import type { tts } from '@livekit/agents';
import { deepgram } from './deepgram.ts';
import { openai } from './openai.ts';
import { soniox } from './soniox.ts';
import type { Hearing, Part, Provider } from './types.ts';

/** A provider more is a file beside this one, and its name here. */
const providers: readonly Provider[] = [openai, deepgram, soniox];

/** A part, and whose it is. */
export type Offer<Offered> = Offered & { provider: Provider };

/** What `--stt` can name. */
export const hearing: ReadonlyMap<string, Offer<Hearing>> = offers((provider) => provider.stt);
/** What `--tts` can name. */
export const speaking: ReadonlyMap<string, Offer<Part<tts.TTS>>> = offers((provider) => provider.tts);

function offers<Offered>(of: (provider: Provider) => Readonly<Record<string, Offered>>): Map<string, Offer<Offered>> {
  return new Map(
    providers.flatMap((provider) =>
      Object.entries(of(provider)).map(([name, part]) => [name, { ...part, provider }] as const),
    ),
  );
}
