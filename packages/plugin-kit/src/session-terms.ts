/** Words to prefer: the user's, and behind them those that LiveKit adds for a session. Each once. */
export function withSessionTerms(own: readonly string[], session: readonly string[]): string[] {
  return [...new Set([...own, ...session])];
}
