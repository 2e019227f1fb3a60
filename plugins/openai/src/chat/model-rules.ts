import { defaultReasoningEffort, supportsReasoningEffort } from '../reasoning.ts';

/** What one request must leave out or say. */
export interface ModelRules {
  /** Fields that are answered with a 400. */
  refuses: ReadonlySet<string>;
  /** Fields without which the request is answered with a 400. */
  demands: Readonly<Record<string, unknown>>;
}

interface Rule {
  models: RegExp;
  refuses: readonly string[];
  demands?: Readonly<Record<string, unknown>>;
  /** Only where the request has tools. */
  withTools?: true;
}

const sampling = [
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'n',
] as const;

/** By family, as LiveKit's inference has it; what differs has its source beside it. */
const rules: readonly Rule[] = [
  // run-llama/llama_index#20865: no `parallel_tool_calls`, whatever its value.
  { models: /^o\d/, refuses: [...sampling, 'parallel_tool_calls'] },
  { models: /^gpt-5/, refuses: sampling },
  {
    models: /^grok-(4-1-fast-reasoning|4\.20-0309-reasoning|4\.20-multi-agent)/,
    refuses: ['presence_penalty', 'frequency_penalty', 'stop'],
  },
  // livekit/agents#5084: not even `none`. gpt-5.5: charmbracelet/crush#2913.
  { models: /^gpt-5\.[245](?!\d)/, refuses: ['reasoning_effort'], withTools: true },
  // And here nothing but `none`, which has to be said: livekit/agents#7169, BerriAI/litellm#34569.
  {
    models: /^gpt-5\.([6-9]|\d\d)/,
    refuses: ['reasoning_effort'],
    demands: { reasoning_effort: 'none' },
    withTools: true,
  },
];

/** The rules of a model, by its name behind any prefix of a gateway. */
export function rulesOf(model: string, { tools }: { tools: boolean }): ModelRules {
  const name = bare(model);
  const holding = rules.filter(({ models, withTools }) => models.test(name) && (tools || withTools !== true));
  return {
    refuses: new Set(holding.flatMap(({ refuses }) => refuses)),
    demands: Object.assign({}, ...holding.map(({ demands }) => demands)) as ModelRules['demands'],
  };
}

/** Whether a model may be silent for long before its first word: OpenAI's do not stream their thoughts here. */
export function thinksFirst(model: string, effort: string | undefined): boolean {
  const name = bare(model);
  const level = effort ?? defaultReasoningEffort(name);
  return level === undefined ? supportsReasoningEffort(name) : level !== 'none' && level !== 'minimal';
}

/** `gpt-5.4` of `openai/gpt-5.4`. */
function bare(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1);
}
