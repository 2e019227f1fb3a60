/** As much of a refusal as is kept, in bytes and, once it is read, in characters. */
const keptLength = 8_192;

/** As much as is read: beyond what is kept, so that no secret is cut in two before it is looked for. */
export const readRefusalBytes: number = keptLength + 4_096;

/** What is kept of a refusal's body, of which {@link readRefusalBytes} were read: scrubbed, and only then cut. */
export function keptOf(body: string, scrub: (text: string) => string): string {
  return scrub(body).slice(0, keptLength);
}
