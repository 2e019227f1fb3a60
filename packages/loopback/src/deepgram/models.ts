import { createHash } from 'node:crypto';

/** What a model is called in answers. Ids are made up, and always the same for the same name. */
export interface ModelInfo {
  uuid: string;
  name: string;
  version: string;
  arch: string;
}

const VERSION = '2026-06-01.0';

/** `nova-3`, `nova-2-phonecall`, `base`: of the listening models. */
export function listenModelInfo(model: string): ModelInfo {
  const [arch, purpose = 'general'] = /^(nova-\d+|[a-z]+)(?:-(.+))?$/.exec(model)?.slice(1) ?? [model];
  return { uuid: uuidOf(model), name: `${purpose}-${arch}`, version: VERSION, arch: arch! };
}

/** Of the speaking models. */
export function speakModelInfo(model: string): { uuid: string; version: string } {
  return { uuid: uuidOf(model), version: VERSION };
}

/** Who speaks: `thalia` of `aura-2-thalia-en`. */
export function voiceOf(model: string): string {
  return /^(?:aura(?:-2)?|flux)-(.+)-[a-z]{2}$/.exec(model)?.[1] ?? model;
}

export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
