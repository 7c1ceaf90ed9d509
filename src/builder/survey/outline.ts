import { isCode, isDocumentation } from '../path-kinds.ts';
import { splitWords } from './words.ts';

const declaration =
  /^(?:(?:export|default|public|private|protected|internal|abstract|async|static|final|pub(?:\([a-z]+\))?|unsafe|extern|override|open|sealed|data|inline|virtual|declare|readonly|const)\s+)*(?:function\*?|class|interface|type|enum|struct|trait|union|def|fn|func|fun|module|mod|namespace|protocol|record|object|impl|macro_rules!|const|let|var|val)\b.*/;
/** A method, or a C function: a name with its brackets, opening a body. */
const method =
  /^\s{0,8}(?!if\b|for\b|while\b|switch\b|catch\b|return\b|else\b|do\b|await\b|throw\b|new\b|with\b|elif\b)[A-Za-z_$][\w$<>[\],\s*&:.]*\([^;]*\)?[^;=]*\{\s*$/;
const heading = /^#{1,4}\s+\S/;
const longestLine = 120;
const mostLines = 24;

/**
 * The lines of a file that declare something, each cut to one line, those of `wanted` words first where not all fit.
 * Line order is kept.
 */
export function outlineOf(path: string, text: string, wanted: readonly string[]): string {
  const lines = text.split('\n');
  const found: { readonly line: string; readonly at: number; readonly value: number }[] = [];
  const terms = new Set(wanted);
  lines.forEach((line, at) => {
    const depth = declares(path, line);
    if (depth === null) return;
    const hits = splitWords(line).filter((word) => terms.has(word)).length;
    found.push({ line: cut(line), at, value: hits * 10 - depth });
  });
  const kept = [...found].sort((a, b) => b.value - a.value || a.at - b.at).slice(0, mostLines);
  const shown = kept.sort((a, b) => a.at - b.at).map(({ line }) => line);
  if (found.length > shown.length) shown.push(`… ${found.length - shown.length} more`);
  return shown.join('\n');
}

/** Numbers (from 0) of the lines that declare something. */
export function declarationsIn(path: string, lines: readonly string[]): readonly number[] {
  return lines.flatMap((line, at) => (declares(path, line) === null ? [] : [at]));
}

/** How deep a declaration stands, or null where the line declares nothing. */
function declares(path: string, line: string): number | null {
  if (isDocumentation(path)) return heading.test(line) ? 0 : null;
  if (!isCode(path)) return null;
  const indent = line.length - line.trimStart().length;
  const trimmed = line.trimStart();
  if (declaration.test(trimmed) && (indent === 0 || !/^(?:const|let|var|val|type)\b/.test(trimmed)) && indent <= 8) {
    return indent;
  }
  return method.test(line) ? indent + 1 : null;
}

function cut(line: string): string {
  const text = line
    .trimEnd()
    .replace(/\t/g, '  ')
    .replace(/\s*\{$/, '');
  return text.length <= longestLine ? text : `${text.slice(0, longestLine - 1)}…`;
}
