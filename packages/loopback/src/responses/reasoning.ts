import type { Cloud } from '../cloud.ts';
import { invalidRequest } from '../http/errors.ts';
import { arrayOf, stringOf } from '../http/json.ts';
import type { JsonObject } from '../http/json.ts';

/** What one cloud knows of its thoughts: whose they are, and which it has kept. */
interface Thoughts {
  readonly organization: string;
  readonly stored: Set<string>;
}

const clouds = new WeakMap<Cloud, Thoughts>();

function thoughtsOf(cloud: Cloud): Thoughts {
  let thoughts = clouds.get(cloud);
  if (!thoughts) clouds.set(cloud, (thoughts = { organization: cloud.id('org_'), stored: new Set() }));
  return thoughts;
}

/** A thought in a form that only this cloud takes back. Nothing is hidden in it; it stands for what is. */
export function sealThought(cloud: Cloud, id: string): string {
  return Buffer.from(JSON.stringify([thoughtsOf(cloud).organization, id])).toString('base64url');
}

/** Whether a request wants its thoughts back. The service gives them by default by now; Azure and gateways do not. */
export function wantsSealedThoughts(body: JsonObject): boolean {
  return arrayOf(body.include).includes('reasoning.encrypted_content');
}

/** A stored response keeps its thoughts, so that their ids are enough. */
export function storeThoughts(cloud: Cloud, items: readonly JsonObject[]): void {
  const { stored } = thoughtsOf(cloud);
  for (const item of items) if (item.type === 'reasoning') stored.add(stringOf(item.id) ?? '');
}

/** Refuses thoughts that this cloud cannot read, as the service does. */
export function checkThought(cloud: Cloud, item: JsonObject): void {
  const id = stringOf(item.id) ?? '';
  const sealed = stringOf(item.encrypted_content);
  if (sealed === undefined) {
    if (thoughtsOf(cloud).stored.has(id)) return;
    throw invalidRequest(
      `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`,
      { status: 404, param: 'input' },
    );
  }
  if (sealed === sealThought(cloud, id)) return;
  throw invalidRequest(`The encrypted content for item ${id} could not be verified.`, {
    code: 'invalid_encrypted_content',
  });
}
