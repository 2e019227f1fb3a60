import { closeModels, createModels, partsOf, type Cast } from './cast.ts';
import { check, type Check } from './checks.ts';
import { converse, type Progress } from './conversation.ts';
import { Fire } from './fire/fire.ts';
import type { Conversation, Mode } from './record.ts';
import { toolsExpected } from './script.ts';
import type { Stage } from './stage.ts';

export interface Run {
  conversation: Conversation;
  /** What it was made of, for people. */
  parts: string;
  checks: Check[];
}

export interface Performance {
  mode: Mode;
  cast: Cast;
  stage: Stage;
  onProgress: (progress: Progress) => void;
  /** Aborts a conversation that hangs. */
  signal: AbortSignal;
}

/** Holds one conversation and looks at what came of it. Rejects as {@link converse} does. */
export async function perform({ mode, cast, stage, onProgress, signal }: Performance): Promise<Run> {
  const models = createModels(mode, stage.place, cast);
  try {
    const conversation = await converse({
      mode,
      models,
      ...stage.scripts.get(mode)!,
      ...(stage.faults ? { fire: new Fire(stage.faults) } : {}),
      listener: stage.listener,
      onProgress,
      truncations: () => stage.truncations,
      speechSent: stage.speechSent,
      signal,
    });
    const checks = check(conversation, { tools: toolsExpected, exact: stage.exact });
    return { conversation, parts: partsOf(mode, cast), checks };
  } finally {
    await closeModels(models);
  }
}
