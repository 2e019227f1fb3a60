/** How many messages stand before the words of a turn. */
export const headLength = 4;
/** And behind them. */
export const tailLength = 4;

/** A turn on the wire, each message made before anybody asks. */
export interface TurnMessages {
  deltas: readonly string[];
  text: string;
  /** All of it but the ids, for who writes it in one piece. */
  head(id: string): readonly string[];
  tail(id: string): readonly string[];
}

const itemId = 'msg_0b2f6c1d9e5a4f7a0068b1c2d3e4f5a6b7';
const part = { type: 'output_text', annotations: [], logprobs: [] };
const place = { item_id: itemId, output_index: 0, content_index: 0 };

/** Events as the service sends them, field by field. https://platform.openai.com/docs/api-reference/responses-streaming */
export function turnOf(words: number): TurnMessages {
  let number = headLength;
  const numbered = (event: object): string => JSON.stringify({ ...event, sequence_number: number++ });
  const said = Array.from({ length: words }, (_, index) => ` word${index}`);
  const deltas = said.map((delta, index) =>
    numbered({
      ...{ type: 'response.output_text.delta', ...place, delta, logprobs: [] },
      obfuscation: 'abcdefghijklmnop'.slice(index % 8),
    }),
  );
  const text = said.join('');
  const item = { id: itemId, type: 'message', role: 'assistant' };
  const response = { object: 'response', created_at: 1_780_000_000, model: 'gpt-4.1', store: false, tools: [] };
  return {
    deltas,
    text,
    head: (id) =>
      [
        { type: 'response.created', response: { id, ...response, status: 'in_progress', output: [] } },
        { type: 'response.in_progress', response: { id, ...response, status: 'in_progress', output: [] } },
        { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress', content: [] } },
        { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
      ].map((event, sequence_number) => JSON.stringify({ ...event, sequence_number })),
    tail: (id) => {
      const done = { ...item, status: 'completed', content: [{ ...part, text }] };
      const usage = {
        ...{ input_tokens: 20, input_tokens_details: { cached_tokens: 0 }, output_tokens: words },
        ...{ output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 20 + words },
      };
      return [
        { type: 'response.output_text.done', ...place, text, logprobs: [] },
        { type: 'response.content_part.done', ...place, part: { ...part, text } },
        { type: 'response.output_item.done', output_index: 0, item: done },
        { type: 'response.completed', response: { id, ...response, status: 'completed', output: [done], usage } },
      ].map((event, index) => JSON.stringify({ ...event, sequence_number: headLength + words + index }));
    },
  };
}
