// Which sentences the extension says, read from its sources, so that none goes untranslated unseen.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Where the editor's sentences are written. */
const rooms = ['src/domain', 'src/contract', 'src/webview', 'src/vscode'];

/** Functions whose sentences are looked up, each with the places of its sentences among its arguments. */
const sayings: Readonly<Record<string, readonly number[]>> = {
  'l10n.t': [0],
  localize: [0],
  counted: [1, 2],
  plural: [1, 2],
};

/** Properties of VS Code's own objects that a person reads. */
const shownProperties = new Set([
  'title',
  'placeHolder',
  'prompt',
  'detail',
  'description',
  'label',
  'tooltip',
  'openLabel',
  'saveLabel',
  'confirmationMessages',
]);
const shownCalls = /(^|\.)(show(Information|Warning|Error)Message|tell|tellStopped)$/;

export interface Sentence {
  readonly text: string;
  /** Such as `src/vscode/announce.ts:24`. */
  readonly at: string;
}

function sourcesIn(root: string): readonly ts.SourceFile[] {
  const files = rooms.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => path.posix.join(room, name.split(path.sep).join('/'))),
  );
  return files.sort().map((file) => sourceOf(file, readFileSync(path.join(root, file), 'utf8')));
}

export const sourceOf = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);

/** Every sentence of the sources, the first place of each. */
export function sentencesIn(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const source of sourcesIn(root)) {
    for (const { text, at } of sentencesOf(source)) if (!found.has(text)) found.set(text, at);
  }
  return found;
}

export function sentencesOf(source: ts.SourceFile): readonly Sentence[] {
  const found: Sentence[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      // The domain's `counted` is told how to speak before it is told what to count.
      const shift = node.arguments[0]?.getText() === 'localize' ? 1 : 0;
      const said = (sayings[name] ?? []).flatMap((place) => literalsIn(node.arguments[place + shift]));
      found.push(...said.map((text) => ({ text, at: placeOf(source, node) })));
    }
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'localize') {
      found.push({ text: keyOf(node.template), at: placeOf(source, node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The literals that an argument may be: one, or one of a condition. */
function literalsIn(argument: ts.Expression | undefined): readonly string[] {
  if (!argument) return [];
  if (ts.isStringLiteral(argument) || ts.isNoSubstitutionTemplateLiteral(argument)) return [argument.text];
  if (ts.isConditionalExpression(argument)) {
    return [...literalsIn(argument.whenTrue), ...literalsIn(argument.whenFalse)];
  }
  return [];
}

function keyOf(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.templateSpans.reduce(
    (key, span, index) => `${key}{${index}}${span.literal.text}`,
    template.head.text,
  );
}

function placeOf(source: ts.SourceFile, node: ts.Node): string {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Words that reach a person in English whatever their language is: literals handed to VS Code as they stand. */
export function plainWordsIn(root: string): readonly Sentence[] {
  return sourcesIn(root)
    .filter(({ fileName }) => fileName.startsWith('src/vscode/'))
    .flatMap(plainWordsOf);
}

export function plainWordsOf(source: ts.SourceFile): readonly Sentence[] {
  const found: Sentence[] = [];
  const take = (expression: ts.Expression) => {
    for (const text of wordsIn(expression)) found.push({ text, at: placeOf(source, expression) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && shownCalls.test(node.expression.getText())) {
      // Behind the first one stand options and buttons; of our own status an icon.
      const shown = /Message$/.test(node.expression.getText()) ? node.arguments : node.arguments.slice(0, 1);
      for (const argument of shown) take(argument);
    }
    if (ts.isPropertyAssignment(node) && shownProperties.has(node.name.getText()) && !isFault(node.parent)) {
      take(node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a fault holds may be kept, and is described in the reader's language later. */
function isFault(object: ts.ObjectLiteralExpression): boolean {
  return object.properties.some((property) => property.name?.getText() === 'code');
}

/** Literals with a word in them, as far as the expression itself is one. Names are the same in every language. */
function wordsIn(expression: ts.Expression): readonly string[] {
  if (ts.isConditionalExpression(expression)) {
    return [...wordsIn(expression.whenTrue), ...wordsIn(expression.whenFalse)];
  }
  if (ts.isBinaryExpression(expression)) return [...wordsIn(expression.left), ...wordsIn(expression.right)];
  const text = ts.isTemplateExpression(expression) ? keyOf(expression) : literalsIn(expression)[0];
  return text !== undefined && hasWords(text) ? [text] : [];
}

/** A value, such as `computed`, is no sentence: it begins small and stands alone. */
function hasWords(text: string): boolean {
  if (/^[a-z][\w-]*$|^https?:/.test(text)) return false;
  const bare = text
    .replace(/\$\([\w~-]+\)|\{\d+\}/g, '')
    .replace(/\b(Countersign|PROVIDER\/MODEL|VS Code|OpenAI|npm test)\b/g, '');
  return /\p{L}{2,}/u.test(bare);
}

/** The text of l10n/bundle.l10n.json: every sentence by itself. */
export function englishBundle(root: string): string {
  const sentences = [...sentencesIn(root).keys()].sort();
  return `${JSON.stringify(Object.fromEntries(sentences.map((sentence) => [sentence, sentence])), null, 2)}\n`;
}
