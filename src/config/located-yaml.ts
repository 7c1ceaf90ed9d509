import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Position } from '../domain/fault.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** A text that is not what its schema asks for. */
export interface Invalid {
  readonly problem: string;
  readonly at: Position;
}

/** A parsed YAML or JSON text that still knows where each of its values stands. */
export interface LocatedYaml {
  readonly value: unknown;
  locate(path: readonly PropertyKey[]): Position;
}

/** Bound on a file a person writes; more is no spec. */
const sizeLimit = 1_000_000;

/** Parses YAML 1.2 (JSON is a part of it). Duplicate keys, unresolved aliases and alias bombs are errors. */
export function parseLocated(text: string, file: string): Result<LocatedYaml, Invalid> {
  const start: Position = { file, line: 1, column: 1 };
  if (text.length > sizeLimit) return fail({ problem: `The file is over ${sizeLimit} characters.`, at: start });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const error = document.errors[0];
  if (error) return fail({ problem: error.message, at: positionAt(error.pos[0]) });
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    return fail({ problem: cause instanceof Error ? cause.message : String(cause), at: start });
  }
  return ok({ value, locate: (path) => positionAt(offsetOf(document.contents, path)) });
}

/** Offset of the key (or element) at a path, or of the nearest parent that exists. */
function offsetOf(root: unknown, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isNode(node) && 'get' in node && typeof node.get === 'function') {
      node = node.get(step, true);
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** Reads a text as one schema, with the place of the first thing that does not fit. */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
): Result<{ readonly value: z.output<Schema>; readonly source: LocatedYaml }, Invalid> {
  const parsed = parseLocated(text, file);
  if (!parsed.ok) return parsed;
  const source = parsed.value;
  if (source.value === null || source.value === undefined) {
    return fail({ problem: 'The file is empty.', at: { file, line: 1, column: 1 } });
  }
  const checked = schema.safeParse(source.value);
  if (checked.success) return ok({ value: checked.data, source });
  const issue = checked.error.issues[0] as z.core.$ZodIssue;
  return fail(describeIssue(issue, source));
}

/** Everything in a text that does not fit a schema; of one that cannot be parsed, the first thing. */
export function problemsAs(schema: z.ZodType, text: string, file: string): readonly Invalid[] {
  const parsed = parseLocated(text, file);
  if (!parsed.ok) return [parsed.fault];
  const source = parsed.value;
  if (source.value === null || source.value === undefined) {
    return [{ problem: 'The file is empty.', at: { file, line: 1, column: 1 } }];
  }
  const checked = schema.safeParse(source.value);
  if (checked.success) return [];
  return checked.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => describeIssue({ ...issue, keys: [key] }, source))
      : [describeIssue(issue, source)],
  );
}

function describeIssue(issue: z.core.$ZodIssue, source: LocatedYaml): Invalid {
  const name = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string;
    const inside = name ? ` in \`${name}\`` : '';
    return { problem: `Unknown key \`${key}\`${inside}.`, at: source.locate([...issue.path, key]) };
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branches = [...issue.errors].sort((a, b) => depth(b) - depth(a));
    const inner = branches[0]?.[0];
    if (inner) return describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, source);
  }
  if (issue.code === 'invalid_key' && issue.issues[0]) {
    return { problem: `\`${name}\`: ${issue.issues[0].message}.`, at: source.locate(issue.path) };
  }
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message);
  const problem = missing
    ? `\`${name}\` is missing.`
    : `${name ? `\`${name}\`: ` : ''}${issue.message.replace(/^Invalid input: /, '')}.`;
  return { problem, at: source.locate(issue.path) };
}

/** The branch of a union that got furthest into the value is the one that was meant. */
function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}
