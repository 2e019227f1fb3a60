import { PatchbayError } from './errors.ts';

/** A model's name becomes part of URLs and bodies. */
export function checkModel(model: unknown, option: string): string | undefined {
  if (model === undefined) return undefined;
  if (typeof model === 'string' && model.trim() !== '' && !/[\p{Cc}\p{Surrogate}]/u.test(model)) return model;
  throw new PatchbayError('invalid-option', `\`${option}\` must be a non-empty string without control characters.`);
}
