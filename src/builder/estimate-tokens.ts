/**
 * About how many tokens a text has: enough to share out a budget, and equal on every machine. What a call really costs
 * is counted before it is sent.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 3.6);
}
