const longestName = 60;

/** The greeting for a name; an empty name greets the world. */
export function greet(name: string): string {
  const trimmed = name.trim().slice(0, longestName);
  return `Hello, ${trimmed === '' ? 'world' : trimmed}!`;
}
