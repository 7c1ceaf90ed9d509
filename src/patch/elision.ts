const leader = String.raw`(?:\/\/+|\/?\*+|#+|--+|;+|%+|<!--|\{\/\*|"""|''')?`;
const trailer = String.raw`(?:\*\/\}?|-->|"""|''')?`;
const dots = String.raw`(?:\.{3,}|…|⋮|\[\.{3}\]|\[…\]|<\.{3}>|\(\.{3}\))`;
const bareMark = new RegExp(`^\\s*${leader}\\s*${dots}\\s*${trailer}\\s*$`);
const phrase =
  /\b(?:existing|rest|remain\w*|unchanged|omitted|same (?:as (?:before|above)|code)|previous|other|keep|more|snip\w*|truncated|elided|skipp\w*)\b/i;
const dottedPhrase = new RegExp(`^\\s*${leader}\\s*(?:TODO:?\\s*)?(?:${dots}.*|.*${dots})\\s*${trailer}\\s*$`);
const comment = /^\s*(?:\/\/|\/\*|#|--|;|%|<!--|\{\/\*|\*|"""|''')/;
const wordedComment =
  /\b(?:rest of (?:the |this )?(?:code|file|function|method|class|component|implementation|module|body|content)|(?:existing|remaining|previous|original) (?:code|logic|implementation|content|lines|methods?|functions?)|(?:code|rest|remainder|everything else) (?:remains?|stays?|is) (?:the same|unchanged|as (?:is|before))|unchanged (?:code|lines)|no changes? (?:here|below|above)|same as before)\b/i;

/** Whether a line stands for lines that were left out: `...`, `// ... existing code ...`, `⋮`. */
export function isElision(line: string): boolean {
  if (line.length > 200) return false;
  if (bareMark.test(line)) return true;
  return comment.test(line)
    ? isWordedElision(line)
    : dottedPhrase.test(line) && phrase.test(line) && /^\s*(?:\.{3}|…|\[)/.test(line);
}

function isWordedElision(line: string): boolean {
  return (dottedPhrase.test(line) && phrase.test(line)) || wordedComment.test(line);
}

/** Whether an added line stands for code that was not written. A bare `...` may be code, as in Python. */
export function isLazy(line: string): boolean {
  if (line.length > 200) return false;
  if (comment.test(line)) return bareMark.test(line) || isWordedElision(line);
  return isElision(line) && !/^\s*\.{3}\s*$/.test(line);
}
