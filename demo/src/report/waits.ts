import type { Conversation } from '../record.ts';
import { median, stretches, timings } from '../timing.ts';
import { html, type Html } from './html.ts';

const slug = (what: string): string => what.replaceAll(' ', '-');

/** One bar per answer: how the silence before it was spent. `scale` is the longest wait of the whole report, milliseconds. */
export function waits(conversation: Conversation, scale: number): Html {
  const rows = timings(conversation);
  if (rows.length === 0) return html``;
  const used = stretches[conversation.mode].filter((what) =>
    rows.some(({ waits }) => waits.some((wait) => wait.what === what && wait.milliseconds >= 1)),
  );
  return html`<section class="waits">
    <h3>Where the wait went</h3>
    <p class="note">
      From the caller’s last audible word to the agent’s first sound; median
      ${Math.round(median(rows.map(({ total }) => total)))} ms.
    </p>
    <ul class="legend">
      ${used.map((what) => html`<li><i class="${slug(what)}"></i>${what}</li>`)}
    </ul>
    ${rows.map(
      ({ turn, waits, total }) =>
        html`<div class="wait">
          <span class="of">${turn.said}</span
          ><span class="stack"
            >${waits
              .filter(({ milliseconds }) => milliseconds >= 1)
              .map(({ what, milliseconds }) => {
                const share = (100 * milliseconds) / scale;
                return html`<b
                  class="${slug(what)}"
                  style="width:${share.toFixed(2)}%"
                  title="${what} ${Math.round(milliseconds)} ms"
                  >${share > 4.5 ? Math.round(milliseconds) : undefined}</b
                >`;
              })}<em>${Math.round(total)} ms</em></span
          >
        </div>`,
    )}
  </section>`;
}

export function longestWait(conversations: readonly Conversation[]): number {
  return Math.max(1, ...conversations.flatMap((conversation) => timings(conversation).map(({ total }) => total)));
}
