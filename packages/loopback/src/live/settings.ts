import { invalidRequest, missingParameter } from '../http/errors.ts';
import { objectOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';
import { check } from '../realtime/schema.ts';
import { countTokens } from '../responses/think.ts';
import type { AudioFormat, Delegation, HistoryMessage, LiveSettings } from './events.ts';
import { forkFields, knownVoices, startFields } from './rules.ts';

/* Limits of the start. openai-node 7.57, `SessionConfig`. */
const MAX_MESSAGES = 128;
const MAX_INPUT_TOKENS = 8_192;
const MAX_INSTRUCTION_TOKENS = 16_384;

/** A configuration whose shape was checked. */
type Start = Partial<LiveSettings> & { model: string };

/** A session of the service's defaults with what `session.start` says. Throws the service's complaint. */
export function startSettings(session: JsonObject, id: string, expiresAt: number): LiveSettings {
  check(session, startFields, 'session');
  const { model, instructions, input = [], audio, delegation, store } = session as Start;
  // The Realtime API refuses the Live model by this code; that Live refuses the others by it is a guess.
  if (!model.startsWith('gpt-live')) {
    throw invalidRequest(`Model "${model}" is not supported by the Live API.`, {
      code: 'invalid_model',
      param: 'session.model',
    });
  }
  checkHistory(input);
  if (countTokens(instructions?.length ?? 0) > MAX_INSTRUCTION_TOKENS) {
    throw tooLong('session.instructions', MAX_INSTRUCTION_TOKENS);
  }
  const voice = audio?.output?.voice ?? 'marin';
  // Observed: aplisay/llm-agent#306.
  if (typeof voice === 'string' && !knownVoices.has(voice)) {
    throw invalidRequest(`The voice '${voice}' is not available for this session.`, {
      code: 'forbidden',
      param: 'session.audio.output.voice',
    });
  }
  return {
    id,
    expires_at: expiresAt,
    model,
    status: 'active',
    instructions: instructions ?? null,
    input,
    audio: { format: formatOf(audio?.format), output: { voice } },
    // Left out, it is the application's: https://developers.openai.com/api/docs/guides/live-delegation
    delegation: delegationOf(delegation ?? { type: 'client' }),
    store: store ?? false,
  };
}

/** What a stored session was, with the overrides of a fork. */
export function forkSettings(stored: LiveSettings, session: JsonObject, id: string, expiresAt: number): LiveSettings {
  check(session, forkFields, 'session');
  const { audio, delegation, store } = session as Partial<LiveSettings>;
  const forked = { ...stored, id, expires_at: expiresAt, store: store ?? stored.store };
  if (audio?.format) forked.audio = { ...stored.audio, format: formatOf(audio.format) };
  return delegation ? updateDelegation(forked, delegation) : forked;
}

/** `session.update`: what it names is replaced, the rest stays, and the owner of delegations cannot change. */
export function updateDelegation(settings: LiveSettings, update: Delegation): LiveSettings {
  const { delegation } = settings;
  if (update.type !== delegation.type) {
    throw invalidRequest(`The delegation type of a session cannot change from '${delegation.type}'.`, {
      code: 'invalid_value',
      param: 'session.delegation.type',
    });
  }
  const merged = { ...delegation, ...update };
  if (merged.type === 'responses' && delegation.type === 'responses') {
    merged.responses = { ...delegation.responses, ...(update as typeof delegation).responses };
  }
  return { ...settings, delegation: merged };
}

function checkHistory(input: readonly HistoryMessage[]): void {
  if (input.length > MAX_MESSAGES) {
    throw invalidRequest(
      `Invalid 'session.input': array too long. Expected an array with maximum length ${MAX_MESSAGES}, but got an array with length ${input.length} instead.`,
      { code: 'array_above_max_length', param: 'session.input' },
    );
  }
  for (const [index, { content }] of input.entries()) {
    if (content.length === 1) continue;
    throw invalidRequest('A history message has exactly one text part.', {
      code: 'invalid_value',
      param: `session.input[${index}].content`,
    });
  }
  const tokens = input.reduce((sum, { content }) => sum + countTokens(content[0]!.text.length), 0);
  if (tokens > MAX_INPUT_TOKENS) throw tooLong('session.input', MAX_INPUT_TOKENS);
}

/** The code of a text beyond its limit is not documented; this is the one of other parameters. */
export function tooLong(param: string, maximum: number): Error {
  return invalidRequest(`Invalid '${param}': too long. Expected at most ${maximum} tokens.`, {
    code: 'string_above_max_length',
    param,
  });
}

function formatOf(format: AudioFormat | undefined): AudioFormat {
  const { type = 'audio/pcm', rate } = format ?? {};
  if (type !== 'audio/pcm') return { type, rate: 8_000 };
  const pcmRate = rate ?? 24_000;
  if (pcmRate === 16_000 || pcmRate === 24_000) return { type, rate: pcmRate };
  throw invalidRequest(`Invalid value: ${pcmRate}. PCM audio has a rate of 16000 or 24000.`, {
    code: 'invalid_value',
    param: 'session.audio.format.rate',
  });
}

function delegationOf(delegation: Delegation): Delegation {
  if (delegation.type === 'client') return delegation;
  if (!objectOf(delegation.responses).model) throw missingParameter('session.delegation.responses.model');
  return delegation;
}
