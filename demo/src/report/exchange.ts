import { lostOf } from '../fire/attack.ts';
import { words, type Conversation, type Turn } from '../record.ts';
import { html, type Html } from './html.ts';

/** What was said at one end beside what arrived at the other. */
export function exchange(conversation: Conversation): Html {
  return html`<section class="exchange">
    <h3>Said and heard</h3>
    <table>
      <thead>
        <tr>
          <th></th>
          <th>said</th>
          <th>arrived at the other end</th>
        </tr>
      </thead>
      <tbody>
        ${conversation.turns.map((turn) => html`${faultRow(turn)}${callerRow(turn)}${toolRow(turn)}${agentRow(turn)}`)}
      </tbody>
    </table>
  </section>`;
}

/** What went wrong, and what the agent told of it. */
function faultRow({ ordeal }: Turn): Html | undefined {
  if (!ordeal) return undefined;
  const { title, told, expected, droppedMs } = ordeal;
  return html`<tr class="fault">
    <th>Fault</th>
    <td>${title}</td>
    <td>
      ${verdict(told.join() === expected.join())}${told.length === 0 ? 'nothing to tell' : told.map((line) => html`<code>${line}</code> `)}${droppedMs > 0 ? html`<small>${(droppedMs / 1000).toFixed(1)} s of the caller’s audio dropped, and told.</small>` : undefined}
    </td>
  </tr>`;
}

function callerRow({ said, understood }: Turn): Html {
  return html`<tr class="caller">
    <th>Caller</th>
    <td>${said}</td>
    <td>${verdict(words(said) === words(understood))}${understood || 'nothing'}</td>
  </tr>`;
}

function toolRow({ tool }: Turn): Html | undefined {
  return (
    tool &&
    html`<tr class="tool">
      <th>Tool</th>
      <td><code>${tool.name}(${tool.arguments})</code></td>
      <td>${tool.result}</td>
    </tr>`
  );
}

function agentRow(turn: Turn): Html {
  const wrote = words(turn.wrote);
  if (turn.heard === undefined)
    return html`<tr class="agent">
      <th>Agent</th>
      <td>${wrote}</td>
      <td class="unread">
        ${turn.interrupted ? `cut off by the caller after ${((turn.playedTo - turn.playedFrom) / 1000).toFixed(2)} s` : 'played'},
        not read back
      </td>
    </tr>`;
  const heard = words(turn.heard);
  if (turn.ordeal?.cuts === true)
    return html`<tr class="agent">
      <th>Agent</th>
      <td>${heard} <span class="lost">${lostOf(turn.ordeal, heard)}</span></td>
      <td>${verdict(heard !== '', '✂')}${heard || 'nothing'}<small>The fault cut it here.</small></td>
    </tr>`;
  if (!turn.interrupted)
    return html`<tr class="agent">
      <th>Agent</th>
      <td>${wrote}</td>
      <td>${verdict(wrote === heard)}${heard || 'nothing'}</td>
    </tr>`;
  const begins = heard !== '' && wrote.startsWith(heard);
  const told =
    turn.truncation && ` The service was told to forget all after ${(turn.truncation.audioEndMs / 1000).toFixed(2)} s.`;
  return html`<tr class="agent">
    <th>Agent</th>
    <td>
      ${begins ? heard : wrote}${begins ? html` <span class="lost">${wrote.slice(heard.length).trim()}</span>` : undefined}
    </td>
    <td>
      ${verdict(begins, '✂')}${heard || 'nothing'}<small
        >The caller cut in after ${((turn.playedTo - turn.playedFrom) / 1000).toFixed(2)} s. The agent remembers having
        said ${words(turn.remembered) === heard ? 'exactly this' : `“${turn.remembered}”`}.${told}</small
      >
    </td>
  </tr>`;
}

function verdict(ok: boolean, good = '✓'): Html {
  return ok
    ? html`<span class="good" aria-label="as it should be">${good}</span>`
    : html`<span class="bad" aria-label="not as it should be">✗</span>`;
}
