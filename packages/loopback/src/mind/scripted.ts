import { arrayOf, objectOf, shown } from '../http/json.ts';
import type { Mind, MindRequest, OfferedTool, Turn } from '../cloud.ts';
import { words } from './words.ts';

const GREETING = 'Hello! How can I help you?';

/** Topics of the script, first match wins. A topic with a `tool` calls it when one of that name is on offer. */
const TOPICS: readonly { heard: RegExp; tool?: RegExp; reply: string }[] = [
  {
    heard: /weather/i,
    tool: /weather|forecast/i,
    reply: 'It will be sunny in Paris tomorrow, with a high of twenty four degrees.',
  },
  { heard: /table|book|reserv/i, tool: /book|reserv|table/i, reply: 'Done. A table for two at seven this evening.' },
  {
    heard: /story|tell me (?:more|about)/i,
    reply:
      'Once upon a time a lighthouse keeper kept a garden of radios. Every evening he tuned them to the sea. ' +
      'One night all of them answered at once, and the sea asked him for a song. He sang until the morning ships came home.',
  },
  { heard: /bye|thank/i, reply: 'You are welcome. Goodbye!' },
  { heard: /^\W*(?:hello|hi|hey)\b/i, reply: GREETING },
];

/**
 * The default mind: the same answer to the same question, always. It calls a tool that is on offer for the topic (or
 * that `toolChoice` demands), then says what the tool returned. When nobody has asked
 * anything, instructions such as `Say "…"` are followed to the letter.
 */
export const scriptedMind: Mind = {
  async *reply(request) {
    const call = chooseTool(request);
    if (call) {
      yield { type: 'call', name: call.name, arguments: JSON.stringify(argumentsFor(call, lastHeard(request.turns))) };
      return;
    }
    const { format } = request;
    if (format) {
      const described = { name: format.name, parameters: format.schema };
      yield { type: 'text', text: JSON.stringify(argumentsFor(described, lastHeard(request.turns))) };
      return;
    }
    for (const text of words(answer(request))) yield { type: 'text', text };
  },
};

function answer({ turns, instructions }: MindRequest): string {
  const last = turns.at(-1);
  if (last?.role === 'tool') return spoken(last.text);
  const heard = lastHeard(turns);
  const quoted = /\bsay\b[^"“]*["“]([^"”]+)["”]/i.exec(instructions ?? '')?.[1];
  // Asked by the user, it answers him; asked by nobody or by a last system message, it does as it is told.
  if (quoted && (!heard || last?.role !== 'user')) return quoted;
  if (!heard) return GREETING;
  return TOPICS.find((topic) => topic.heard.test(heard))?.reply ?? `You said: ${heard}`;
}

function chooseTool({ tools, toolChoice, turns }: MindRequest): OfferedTool | undefined {
  if (tools.length === 0 || toolChoice === 'none' || turns.at(-1)?.role === 'tool') return undefined;
  const demanded = nameOf(toolChoice);
  if (demanded) return tools.find((tool) => tool.name === demanded);
  const heard = lastHeard(turns);
  const topic = heard ? TOPICS.find((candidate) => candidate.heard.test(heard)) : undefined;
  // A voice that can only hand over (GPT-Live) hands over what a tool is for.
  const fitting = topic?.tool && tools.find(({ name }) => topic.tool?.test(name) || name === 'delegate');
  return fitting ?? (toolChoice === 'required' ? tools[0] : undefined);
}

/** `{ type: 'function', name }`, or the chat API's `{ type: 'function', function: { name } }`. */
function nameOf(toolChoice: unknown): string | undefined {
  if (typeof toolChoice !== 'object' || toolChoice === null) return undefined;
  const choice = toolChoice as { name?: unknown; function?: { name?: unknown } };
  const name = choice.name ?? choice.function?.name;
  return typeof name === 'string' ? name : undefined;
}

/** Fills what the tool's schema requires: a place if one was named, else a plausible value of the right type. */
function argumentsFor(tool: OfferedTool, heard: string): Record<string, unknown> {
  // Nobody has checked what a client calls a schema.
  const schema = objectOf(tool.parameters);
  const properties = objectOf(schema.properties);
  const place = /\b(?:in|at|for) ([A-Z]\p{L}+)/u.exec(heard)?.[1] ?? 'Paris';
  const names = Array.isArray(schema.required)
    ? arrayOf(schema.required).filter((name) => typeof name === 'string')
    : Object.keys(properties);
  return Object.fromEntries(
    names.map((name) => {
      const { type, enum: values } = objectOf(Object.hasOwn(properties, name) ? properties[name] : undefined);
      if (arrayOf(values).length > 0) return [name, arrayOf(values)[0]];
      if (type === 'number' || type === 'integer') return [name, 2];
      if (type === 'boolean') return [name, true];
      if (type === 'array') return [name, []];
      if (type === 'object') return [name, {}];
      return [name, place];
    }),
  );
}

/** A tool's result as a sentence: text as it is, JSON strings unwrapped, objects as their values. */
function spoken(result: string): string {
  let value: unknown;
  try {
    value = JSON.parse(result);
  } catch {
    value = result;
  }
  if (typeof value === 'object' && value !== null)
    value = Object.values(value)
      .map((each) => (each === null ? '' : shown(each)))
      .join(', ');
  return shown(value).trim() || 'Done.';
}

/** What the user said last, unless the assistant has answered it. */
function lastHeard(turns: readonly Turn[]): string {
  for (const turn of [...turns].reverse()) {
    if (turn.role === 'user') return turn.text.trim();
    if (turn.role === 'assistant' && turn.text) return '';
  }
  return '';
}
