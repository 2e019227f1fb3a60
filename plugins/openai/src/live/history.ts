import type { llm } from '@livekit/agents';
import type { InputItem, InputRole } from './gpt-live-types.ts';

/* What a session may start with. openai-node 7.57, `SessionConfig.input`. */
const maxMessages = 128;
const maxTokens = 8_192;
/** What a message costs beside its text. */
const tokensPerMessage = 8;
/** What may be appended at once. */
const maxAppendTokens = 500;

/** An item as somebody would tell it: the voice knows no tools, so a call and its result are told. */
export function told(item: llm.ChatItem): { role: InputRole; text: string } | undefined {
  switch (item.type) {
    case 'message': {
      const text = item.textContent?.trim();
      return text ? { role: item.role === 'system' ? 'developer' : item.role, text } : undefined;
    }
    case 'function_call':
      return { role: 'developer', text: `The tool ${item.name} was called with ${item.args}.` };
    case 'function_call_output': {
      const outcome = item.isError ? 'failed' : 'answered';
      return { role: 'developer', text: `The tool ${item.name || item.callId} ${outcome}: ${item.output}` };
    }
    default:
      return undefined;
  }
}

/**
 * The newest part of a conversation that a session may start with, in order: a start with more is refused. `left` is the
 * number of messages that did not fit.
 */
export function startupInput(items: readonly llm.ChatItem[]): { input: InputItem[]; left: number } {
  const messages = items.flatMap((item) => told(item) ?? []);
  const input: InputItem[] = [];
  let tokens = 0;
  for (const { role, text } of [...messages].reverse()) {
    const room = maxTokens - tokens - tokensPerMessage;
    if (input.length === maxMessages || room <= 0) break;
    // What does not fit as a whole is worth more than nothing if it is the newest: its end.
    if (tokensOf(text) > room && input.length > 0) break;
    const kept = tokensOf(text) > room ? ending(text, room) : text;
    tokens += tokensOf(kept) + tokensPerMessage;
    const type = role === 'assistant' ? 'output_text' : 'input_text';
    input.unshift({ type: 'message', role, content: [{ type, text: kept }] });
  }
  return { input, left: messages.length - input.length };
}

/** A text in pieces that may be appended: cut between sentences, else between words, else anywhere. */
export function appendable(text: string): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (tokensOf(rest) > maxAppendTokens) {
    const most = beginning(rest, maxAppendTokens);
    const cut =
      Math.max(most.lastIndexOf('. '), most.lastIndexOf('\n')) + 1 || most.lastIndexOf(' ') + 1 || most.length;
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest ? [...pieces, rest] : pieces;
}

/** More tokens than it has, in any language: English has four bytes in a token, Chinese three. */
function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}

function beginning(text: string, tokens: number): string {
  // Half a character at the end is not one.
  return Buffer.from(text)
    .subarray(0, tokens * 3)
    .toString('utf8')
    .replace(/�$/, '');
}

function ending(text: string, tokens: number): string {
  return Buffer.from(text)
    .subarray(-tokens * 3)
    .toString('utf8')
    .replace(/^�+/, '');
}
