/** An amount without a mark of how sure it is, such as `$0.0123` or `$4.20`. */
export function formatUsd(micros: number): string {
  const usd = micros / 1_000_000;
  return `$${usd.toFixed(usd !== 0 && usd < 0.1 ? 4 : 2)}`;
}
