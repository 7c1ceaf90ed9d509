/** Words of others as Markdown that draws them as they are: no link, no image, no markup of theirs. */
export function plainText(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&');
}

/** One item of a list; the rest of a text of many lines is left out. */
export function item(text: string): string {
  return `- ${plainText(text.split('\n', 1)[0] as string)}\n`;
}
