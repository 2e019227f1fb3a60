import { sampleRate, words, type Conversation, type Lane, type Mark, type Turn } from '../record.ts';
import { html, type Html } from './html.ts';

const width = 1120;
const gutter = 84;
const waveHeight = 58;
const captionHeight = 50;
const laneHeight = 24;
const top = 24;

const laneNames: Record<Conversation['mode'], readonly [Lane, string][]> = {
  pipeline: [
    ['caller', 'Turn'],
    ['transcript', 'Transcript'],
    ['model', 'Model'],
    ['tool', 'Tool'],
    ['speech', 'Speech'],
    ['agent', 'Agent'],
  ],
  realtime: [
    ['caller', 'Turn'],
    ['transcript', 'Transcript'],
    ['model', 'Model'],
    ['tool', 'Tool'],
    ['agent', 'Agent'],
  ],
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** The conversation from left to right: both voices, what was said, and what the machinery did meanwhile. */
export function timeline(conversation: Conversation): Html {
  const total = (conversation.caller.length / sampleRate) * 1000;
  const x = (milliseconds: number): number =>
    gutter + (Math.max(0, Math.min(milliseconds, total)) / total) * (width - gutter);
  const percent = (milliseconds: number): string => `${((100 * x(milliseconds)) / width).toFixed(3)}%`;
  const callerTop = top;
  const agentTop = callerTop + waveHeight + captionHeight;
  const lanesTop = agentTop + waveHeight + captionHeight + 8;
  const lanes = laneNames[conversation.mode];
  const height = lanesTop + lanes.length * laneHeight + 4;

  const gridStep = total > 20_000 ? 5_000 : 1_000;
  const grid = Array.from({ length: Math.floor(total / gridStep) + 1 }, (_, index) => index * gridStep).map(
    (at) =>
      html`<line class="grid" x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="18" y2="${height}" /><text
          class="axis"
          x="${x(at).toFixed(1)}"
          y="11"
          >${at / 1000} s</text
        >`,
  );
  const names = [
    ['Caller', callerTop + waveHeight / 2] as const,
    ['Agent', agentTop + waveHeight / 2] as const,
    ...lanes.map(([, name], index) => [name, lanesTop + index * laneHeight + laneHeight / 2] as const),
  ].map(
    ([name, y], index) => html`<text class="${index < 2 ? 'name voice' : 'name'}" x="0" y="${y + 4}">${name}</text>`,
  );
  const marks = lanes.map(
    ([lane], index) =>
      html`<g
        >${conversation.marks.filter((mark) => mark.lane === lane).map((mark) => drawMark(mark, x, lanesTop + index * laneHeight))}</g
      >`,
  );
  const cuts = conversation.turns
    .filter(({ interrupted }) => interrupted)
    .map(
      (turn) =>
        html`<line
          class="cut"
          x1="${x(turn.playedTo).toFixed(1)}"
          x2="${x(turn.playedTo).toFixed(1)}"
          y1="${agentTop - 4}"
          y2="${agentTop + waveHeight + 2}"
        />`,
    );

  return html`<div
    class="timeline"
    data-gutter="${gutter / width}"
    data-total="${Math.round(total)}"
    style="--ratio:${width} / ${height}"
  >
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Waveforms and events of the conversation">
      ${grid}${names} ${waveform(conversation.caller, 0, total, x, callerTop, 'wave caller')}
      ${conversation.unheard.map(({ from, samples }) => waveform(samples, from, nextReply(conversation, from, total), x, agentTop, 'wave agent unheard'))}
      ${waveform(conversation.agent, 0, total, x, agentTop, 'wave agent')}
      ${lanes.map((_, index) => html`<line class="rule" x1="${gutter}" x2="${width}" y1="${lanesTop + (index + 1) * laneHeight}" y2="${lanesTop + (index + 1) * laneHeight}" />`)}
      ${marks}${cuts}
    </svg>
    ${conversation.turns.map((turn, index) => captions(turn, conversation.turns[index + 1], { total, percent, callerTop, agentTop, height }))}
    <div class="playhead" hidden></div>
  </div>`;
}

function nextReply({ turns }: Conversation, from: number, total: number): number {
  return Math.min(total, ...turns.map(({ playedFrom }) => playedFrom - 150).filter((at) => at > from));
}

/** Peaks as rounded bars, mirrored at the middle. */
function waveform(
  samples: Int16Array,
  from: number,
  until: number,
  x: (milliseconds: number) => number,
  y: number,
  className: string,
): Html {
  const step = 3;
  const middle = y + waveHeight / 2;
  const msPerPixel = 1000 / (x(1000) - x(0));
  let path = '';
  for (let at = from; at < until; at += step * msPerPixel) {
    const begin = Math.floor(((at - from) / 1000) * sampleRate);
    const end = Math.floor(((at - from + step * msPerPixel) / 1000) * sampleRate);
    if (begin >= samples.length) break;
    let peak = 0;
    for (let index = begin; index < Math.min(end, samples.length); index++)
      peak = Math.max(peak, Math.abs(samples[index]!));
    if (peak < 200) continue;
    const half = Math.max(0.8, (peak / 24_000) * (waveHeight / 2));
    path += `M${x(at).toFixed(1)} ${(middle - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
  }
  return html`<path class="${className}" d="${path}" />`;
}

function drawMark(mark: Mark, x: (milliseconds: number) => number, y: number): Html {
  const left = x(mark.from);
  const middle = y + laneHeight / 2;
  if (mark.to === undefined) {
    return html`<g
      ><title>${mark.kind}: ${mark.label}</title
      ><line
        class="tick ${mark.kind}"
        x1="${left.toFixed(1)}"
        x2="${left.toFixed(1)}"
        y1="${middle - 7}"
        y2="${middle + 7}"
    /></g>`;
  }
  const barWidth = Math.max(2, x(mark.to) - left);
  const fits = barWidth > mark.label.length * 6 + 10 && mark.lane === 'agent';
  return html`<g
    ><title>${mark.label} ${seconds(mark.to - mark.from)}</title
    ><rect
      class="bar ${mark.lane} ${mark.kind}"
      x="${left.toFixed(1)}"
      y="${middle - 7}"
      width="${barWidth.toFixed(1)}"
      height="14"
      rx="3"
    />${fits ? html`<text class="inside" x="${(left + 6).toFixed(1)}" y="${middle + 4}">${mark.label}</text>` : undefined}</g
  >`;
}

interface Place {
  total: number;
  percent: (milliseconds: number) => string;
  callerTop: number;
  agentTop: number;
  height: number;
}

/** Under each waveform what was said, as far as there is room until the next words of the same voice. */
function captions(turn: Turn, next: Turn | undefined, { total, percent, callerTop, agentTop, height }: Place): Html {
  const y = (pixels: number): string => `${((100 * (pixels + waveHeight + 2)) / height).toFixed(2)}%`;
  const room = (from: number, to: number): string =>
    `left:${percent(from)};width:calc(${percent(to)} - ${percent(from)} - 10px)`;
  const wrote = words(turn.wrote);
  const heard = words(turn.heard ?? turn.remembered);
  const lost = turn.interrupted && wrote.startsWith(heard) ? wrote.slice(heard.length) : '';
  const reply = Number.isNaN(turn.playedFrom)
    ? undefined
    : html`<p class="caption agent" style="top:${y(agentTop)};${room(turn.playedFrom, next?.playedFrom ?? total)}">
        ${lost ? heard : wrote}${lost ? html` <span class="lost">${lost.trim()}</span>` : undefined}
      </p>`;
  return html`<p class="caption caller" style="top:${y(callerTop)};${room(turn.saidFrom, next?.saidFrom ?? total)}">
      ${turn.said}
    </p>
    ${reply}`;
}
