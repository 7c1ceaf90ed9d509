import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { englishBundle, plainWordsIn, plainWordsOf, sentencesOf, sourceOf } from '../../../scripts/sentences.ts';
import { manifestTexts } from '../../../src/manifest/contributes.ts';

type Texts = Readonly<Record<string, string>>;
const read = (file: string): Texts => JSON.parse(readFileSync(file, 'utf8'));

/** What a translation may not change: places, codicons, names in backticks, addresses of commands, the blanks around it. */
function fixedParts(text: string): readonly string[] {
  const inside = text.match(/\{\d+\}|\$\([\w~-]+\)|`[^`]*`|\]\([^)]*\)/g) ?? [];
  return [...inside.sort(), String(/^\s/.exec(text)), String(/\s$/.exec(text))];
}

function assertTranslated(english: Texts, german: Texts): void {
  assert.deepEqual(
    Object.keys(english).filter((key) => !german[key]),
    [],
    'without German words',
  );
  assert.deepEqual(
    Object.keys(german).filter((key) => english[key] === undefined),
    [],
    'German words that nothing says any more',
  );
  for (const [key, text] of Object.entries(english))
    assert.deepEqual(fixedParts(german[key] ?? ''), fixedParts(text), key);
}

describe('The sentences of the extension', () => {
  it('stand in the English bundle as the sources say them', () => {
    assert.ok(
      readFileSync('l10n/bundle.l10n.json', 'utf8') === englishBundle('.'),
      'l10n/bundle.l10n.json is stale: run `npm run manifest`.',
    );
  });

  it('are all said in German, with the same places and names', () => {
    assertTranslated(read('l10n/bundle.l10n.json'), read('l10n/bundle.l10n.de.json'));
  });

  it('reach nobody in English alone', () => {
    assert.deepEqual(plainWordsIn('.'), []);
  });

  it('are found as arguments, in conditions, as tags and in both numbers', () => {
    const text = `
      const a = l10n.t('One {0}', x);
      const b = localize(late ? 'Two' : 'Three');
      const c = localize\`Landed \${commit} on \${branch}\`;
      const d = counted(n, '{0} hunk', '{0} hunks') + counted(localize, n, '{0} file', '{0} files');
      const e = localize(whatever);`;
    assert.deepEqual(
      sentencesOf(sourceOf('a.ts', text)).map(({ text: sentence }) => sentence),
      ['One {0}', 'Two', 'Three', 'Landed {0} on {1}', '{0} hunk', '{0} hunks', '{0} file', '{0} files'],
    );
  });

  it('are missed where a plain literal is shown', () => {
    const plain = (text: string) => plainWordsOf(sourceOf('a.ts', text)).map(({ text: words }) => words);
    assert.deepEqual(plain("window.showInformationMessage('All is done.', 'Show it');"), ['All is done.', 'Show it']);
    assert.deepEqual(plain("pick(items, { placeHolder: late ? 'Which one?' : l10n.t('Which?') })"), ['Which one?']);
    assert.deepEqual(plain(`status.tell(\`Landed \${commit}\`, 'git-commit')`), ['Landed {0}']);
    assert.deepEqual(plain(`show({ title: 'Countersign', label: \`$(check) \${name}\`, detail: detailOf(x) })`), []);
    assert.deepEqual(plain("throw new EngineError({ code: 'model/refused', detail: 'it is empty' })"), []);
  });
});

describe('The texts of the manifest', () => {
  it('stand in package.nls.json as the manifest says them', () => {
    assert.ok(
      readFileSync('package.nls.json', 'utf8') === manifestTexts(),
      'package.nls.json is stale: run `npm run manifest`.',
    );
  });

  it('are all said in German, with the same commands', () => {
    assertTranslated(read('package.nls.json'), read('package.nls.de.json'));
  });

  it('are what package.json names, and all that it names', () => {
    const named = [...readFileSync('package.json', 'utf8').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key as string);
    assert.deepEqual([...new Set(named)].sort(), Object.keys(read('package.nls.json')).sort());
  });

  it('have a German page for each page of the walkthrough', () => {
    const folder = 'media/walkthrough';
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && !name.includes('.nls.'));
    assert.ok(pages.length >= 5);
    for (const page of pages) {
      const german = path.join(folder, page.replace(/\.md$/, '.nls.de.md'));
      assert.ok(existsSync(german), german);
      const marks = (file: string) => readFileSync(file, 'utf8').match(/^(##|-|```)|`[^`\n]+`/gm);
      assert.deepEqual(marks(german), marks(path.join(folder, page)), page);
    }
  });
});
