/*
 * How the model is asked to speak: it is told as something to say, which it does at once, and reads as an order. It
 * decides for itself when to speak, so it has to be told not to wait.
 */
const now = 'Speak right away, without waiting for the caller, and then listen.';

/** Words for the model to follow; with `typed`, what the caller wrote instead of saying it. */
export function orderFor(instructions: string | undefined, typed: string | undefined): string {
  if (instructions !== undefined) return `Follow this now. ${now}\n\n${instructions}`;
  if (typed !== undefined) return `Answer what the caller has just written, without repeating it. ${now}\n\n${typed}`;
  return `Answer the caller now. ${now}`;
}
