import { stripVTControlCharacters, styleText } from 'node:util';
import type { WriteStream } from 'node:tty';
import type { Check } from './checks.ts';
import type { Progress } from './conversation.ts';
import { lostOf, type Ordeal } from './fire/attack.ts';
import { align, fit, latencyTable } from './latency.ts';
import { words, type Conversation, type Turn } from './record.ts';

type Style = Parameters<typeof styleText>[0];

const margin = '  ';
const names = { caller: 'caller', tool: 'tool', agent: 'agent', fault: 'fault', told: 'told' } as const;
const indent = margin.length + 6 + 2;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** What a person sees. On a terminal with a line that tells what happens right now; elsewhere plain lines, one per event. */
export class Terminal {
  readonly #stream: WriteStream | NodeJS.WriteStream;
  readonly #live: boolean;
  readonly #colour: boolean;
  readonly #width: number;
  #status: { text: string; timer: NodeJS.Timeout } | undefined;
  /** Turns whose phrase has been shown; what comes of a phrase waits for it, because transcripts may be late. */
  readonly #understood = new WeakSet<Turn>();
  #held: Progress[] = [];
  /** What goes wrong is part of the show, and told at the end of its turn. */
  #underFire = false;
  /** How much of each reply has been shown. */
  readonly #shown = new WeakMap<Turn, number>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#live = Boolean(stream.isTTY);
    // Knows NO_COLOR, FORCE_COLOR and dumb terminals.
    this.#colour = this.#live && stream.hasColors();
    this.#width = Math.min(stream.columns || 100, 110);
  }

  title(title: string, text: string): void {
    this.#line('');
    this.#line(margin + this.#style('bold', title));
    this.#wrapped(text, margin.length, 'dim');
  }

  heading(text: string, more: string): void {
    this.#line('');
    if (margin.length + text.length + 2 + more.length <= this.#width) {
      this.#line(`${margin}${this.#style('bold', text)}  ${this.#style('dim', more)}`);
    } else {
      this.#wrapped(text, margin.length, 'bold');
      this.#wrapped(more, margin.length, 'dim');
    }
    this.#line('');
  }

  progress(progress: Progress): void {
    if (progress.what === 'trouble' && this.#underFire) return;
    if (progress.what === 'trouble') return this.#event('trouble', 'yellow', progress.error.message, '');
    const { turn } = progress;
    if ((progress.what === 'tool' || progress.what === 'replied') && !this.#understood.has(turn)) {
      this.#held.push(progress);
      return;
    }
    switch (progress.what) {
      case 'speaking':
        return this.status('caller is speaking');
      case 'understood': {
        const exact = words(turn.said) === words(turn.understood);
        this.#event(
          names.caller,
          'blue',
          turn.said,
          exact ? this.#style('green', '✓') : this.#style('yellow', `understood as “${turn.understood}”`),
        );
        this.#understood.add(turn);
        for (const held of this.#held.splice(0)) this.progress(held);
        return Number.isNaN(turn.playedTo) ? this.status('agent is thinking') : undefined;
      }
      case 'tool':
        return this.#event(names.tool, 'magenta', `${turn.tool!.name}(${turn.tool!.arguments})`, '');
      case 'replying':
        return this.status('agent is speaking');
      case 'replied':
        return this.#replied(turn);
      case 'attacked':
        this.#underFire = true;
        return this.#event(names.fault, 'red', turn.ordeal!.title, '');
      case 'survived':
        return this.#told(turn.ordeal!);
    }
  }

  /** The line at the bottom that is written over. */
  status(text: string): void {
    if (!this.#live || this.#status?.text === text) return;
    this.#clearStatus();
    let turns = 0;
    const draw = (): void =>
      void this.#stream.write(
        `\r\u001b[2K${margin}${this.#style('dim', `${spinner[turns++ % spinner.length]!} ${text}`)}`,
      );
    draw();
    this.#status = { text, timer: setInterval(draw, 90) };
  }

  latency(conversation: Conversation): void {
    this.#line('');
    align(fit(latencyTable(conversation), this.#width - margin.length)).forEach((line, index, lines) => {
      this.#line(
        margin +
          (index === 0 ? this.#style('dim', line) : index === lines.length - 1 ? this.#style('bold', line) : line),
      );
    });
  }

  checks(checks: readonly Check[]): void {
    const failed = checks.filter(({ ok }) => !ok);
    this.#line('');
    for (const { text } of failed) this.#wrapped(`✗ ${text}`, margin.length, 'red');
    const passed = checks.length - failed.length;
    if (failed.length === 0) this.#line(margin + this.#style('green', `✓ ${passed} checks passed`));
    else this.#line(margin + this.#style('red', `${failed.length} of ${checks.length} checks failed`));
  }

  failure(message: string): void {
    this.#line('');
    this.#wrapped(`✗ ${message}`, margin.length, 'red');
  }

  files(files: readonly [name: string, path: string][]): void {
    this.#line('');
    for (const [name, path] of files) this.#line(`${margin}${this.#style('dim', name.padEnd(8))}${path}`);
    this.#line('');
  }

  end(): void {
    this.#clearStatus();
  }

  #replied(turn: Turn): void {
    const before = this.#shown.get(turn) ?? 0;
    this.#shown.set(turn, turn.wrote.length);
    const wrote = words(turn.wrote.slice(before));
    const waited = this.#style('dim', `${Math.round(turn.playedFrom - turn.saidTo)} ms`);
    if (turn.heard === undefined)
      return this.#event(names.agent, 'yellow', wrote, turn.interrupted ? this.#style('red', '✂') : waited, 8);
    if (turn.interrupted) {
      const heard = words(turn.heard);
      const lost = wrote.startsWith(heard) ? wrote.slice(heard.length).trim() : '';
      return this.#event(
        names.agent,
        'yellow',
        heard,
        this.#style('red', '✂') + this.#style('dim', ` ${lost}`),
        lost.length + 4,
      );
    }
    if (turn.ordeal?.cuts === true) {
      const lost = lostOf(turn.ordeal, words(turn.heard));
      const remark = this.#style('red', '✂') + this.#style('dim', ` ${lost}`);
      return this.#event(names.agent, 'yellow', words(turn.heard), remark, lost.length + 4);
    }
    const exact = wrote === words(turn.heard);
    this.#event(
      names.agent,
      'yellow',
      wrote,
      `${exact ? this.#style('green', '✓') : this.#style('red', `✗ heard “${turn.heard}”`)} ${waited}`,
      12,
    );
  }

  #told({ told, droppedMs }: Ordeal): void {
    const dropped = droppedMs > 0 ? [`${(droppedMs / 1000).toFixed(1)} s of audio dropped`] : [];
    const lines = [...told, ...dropped];
    this.#event(names.told, 'dim', lines.length === 0 ? 'nothing: nobody would notice' : lines.join('; '), '');
  }

  /** A name in the margin, text beside it, and a remark after the last word. */
  #event(name: string, colour: Style, text: string, remark: string, remarkLength = 4): void {
    const lines = wrap(text, this.#width - indent);
    const last = lines.at(-1)!;
    const restarts = remark !== '' && last.length + remarkLength > this.#width - indent;
    lines.forEach((line, index) => {
      const label = index === 0 ? this.#style(colour, name.padStart(6)) : ' '.repeat(6);
      const end = index === lines.length - 1 && !restarts && remark !== '' ? ` ${remark}` : '';
      this.#line(`${margin}${label}  ${line}${end}`);
    });
    if (!restarts) return;
    // Wrapped by what is seen of it; a style that is open at the end of a line goes on below.
    for (const line of wrap(remark, this.#width - indent)) this.#line(' '.repeat(indent) + line);
  }

  #wrapped(text: string, left: number, style: Style): void {
    for (const line of text.split('\n').flatMap((part) => wrap(part, this.#width - left)))
      this.#line(' '.repeat(left) + this.#style(style, line));
  }

  #line(text: string): void {
    this.#clearStatus();
    this.#stream.write(`${text}\n`);
  }

  #clearStatus(): void {
    if (!this.#status) return;
    clearInterval(this.#status.timer);
    this.#status = undefined;
    this.#stream.write('\r\u001b[2K');
  }

  #style(style: Style, text: string): string {
    return this.#colour ? styleText(style, text, { validateStream: false }) : text;
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && seen(line) + 1 + seen(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Columns that a text takes: styles take none. */
function seen(text: string): number {
  return stripVTControlCharacters(text).length;
}
