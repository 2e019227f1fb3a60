import type { Check } from '../checks.ts';
import { words, type Conversation } from '../record.ts';
import { median, timings } from '../timing.ts';
import { exchange } from './exchange.ts';
import { Html, html } from './html.ts';
import { playerAudio, playerScript } from './player.ts';
import { style } from './style.ts';
import { timeline } from './timeline.ts';
import { longestWait, waits } from './waits.ts';

export interface ReportInput {
  /** Each with what it was made of. */
  runs: readonly { conversation: Conversation; parts: string; checks: readonly Check[] }[];
  /** Where it ran, in a few words: "behind LiteLLM's rules on 127.0.0.1". */
  place: string;
  /** Small print: what the run proves and what it does not. */
  note: string;
  /** What ended it early. */
  failure?: string;
}

export const modeNames: Record<Conversation['mode'], string> = {
  pipeline: 'Speech → text → model → speech',
  realtime: 'Speech to speech',
};

/** Everything about a run on one page that needs nothing else. */
export function report({ runs, place, note, failure }: ReportInput): string {
  const conversations = runs.map(({ conversation }) => conversation);
  const checks = runs.flatMap((run) => run.checks);
  const failed = checks.filter(({ ok }) => !ok).length + (failure ? 1 : 0);
  const scale = longestWait(conversations);
  const page = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" /><title>
        Patchbay demo</title
      ><style>
        ${new Html(style)}
      </style>
      <main>
        <header>
          <p class="kicker">Patchbay demo</p>
          <h1>${headline(conversations, failed)}</h1>
          <p class="verdict${failed ? ' bad' : ''}">
            ${failed ? `✗ ${failed} of ${checks.length || 1} checks failed` : `✓ ${checks.length} checks passed`}
          </p>
          <p class="lead">A caller and a LiveKit agent talk ${place}. ${note}</p>
        </header>
        ${failure ? html`<p class="failure">${failure}</p>` : undefined}
        <dl class="facts">${facts(conversations)}</dl>
        ${runs.map(
          ({ conversation, parts, checks }) =>
            html`<article class="conversation">
              <div class="head">
                <div>
                  <h2>${modeNames[conversation.mode]}</h2>
                  <p>${parts}</p>
                </div>
                <audio controls preload="metadata" src="${playerAudio(conversation)}"></audio>
              </div>
              <div class="scroll">${timeline(conversation)}</div>
              ${waits(conversation, scale)}${exchange(conversation)}
              <details>
                <summary>${checks.length} checks</summary>
                <ul>
                  ${checks.map(({ ok, text }) => html`<li>${ok ? html`<span class="good">✓</span>` : html`<span class="bad">✗</span>`}${text}</li>`)}
                </ul>
              </details>
            </article>`,
        )}
      </main>
      <script>
        ${new Html(playerScript)};
      </script>
    </html>`;
  return page.markup;
}

function headline(conversations: readonly Conversation[], failed: number): string {
  if (failed || conversations.length === 0) return 'Not every word arrived';
  const count = ['No', 'One', 'Two', 'Three'][conversations.length] ?? String(conversations.length);
  const readBack = conversations.every(({ turns }) => turns.every(({ heard }) => heard !== undefined));
  const underFire = conversations.some(({ turns }) => turns.some(({ ordeal }) => ordeal));
  if (underFire) return `${count} conversation${conversations.length === 1 ? '' : 's'} under fire, every loss told`;
  return `${count} conversation${conversations.length === 1 ? '' : 's'}${readBack ? ', every word accounted for' : ''}`;
}

function facts(conversations: readonly Conversation[]): Html[] {
  const turns = conversations.flatMap((conversation) => conversation.turns);
  const readBack = turns.some(({ heard }) => heard !== undefined);
  const count = (text: string): number => (words(text) === '' ? 0 : words(text).split(' ').length);
  const arrived = turns.reduce((sum, turn) => sum + count(turn.understood) + count(turn.heard ?? ''), 0);
  const cut = turns.filter(({ interrupted }) => interrupted);
  const asHeard = cut.length > 0 && cut.every(({ heard, remembered }) => words(heard ?? '') === words(remembered));
  return [
    ...conversations.map((conversation) => {
      const totals = timings(conversation).map(({ total }) => total);
      const name = conversation.mode === 'pipeline' ? 'Wait, through text' : 'Wait, speech to speech';
      return fact(name, totals.length ? `${Math.round(median(totals))} ms` : '–', 'median');
    }),
    fact(readBack ? 'Words read back' : 'Words understood', String(arrived), readBack ? 'from the audio' : undefined),
    fact('Interruptions', String(cut.length), asHeard ? 'remembered as heard' : undefined),
    fact('Tool calls', String(turns.filter(({ tool }) => tool).length)),
  ];
}

function fact(name: string, value: string, more?: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}${more === undefined ? undefined : html` <small>${more}</small>`}</dd>
  </div>`;
}
