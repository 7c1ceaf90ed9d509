import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { assembleBrief } from '../../../src/builder/brief.ts';
import { isDeclaredAt, openCorpus } from '../../../src/builder/survey/corpus.ts';
import { readIndex, writeIndex } from '../../../src/builder/survey/index-file.ts';
import { outlineOf } from '../../../src/builder/survey/outline.ts';
import { ContentIndex } from '../../../src/builder/survey/postings.ts';
import { queryOf } from '../../../src/builder/survey/query.ts';
import { rankFiles } from '../../../src/builder/survey/rank.ts';
import { createSurvey } from '../../../src/builder/survey/survey.ts';
import { splitWords, stemOf } from '../../../src/builder/survey/words.ts';
import { matching } from '../../../src/patch/scope.ts';
import { specOf } from '../engine/evidence.ts';
import { readerOf } from './ground.ts';

const never = new AbortController().signal;

const shop = {
  'src/cart.ts': 'export class Cart {\n  addItem(item: Item): void {\n    this.items.push(item);\n  }\n}\n',
  'src/item.ts': 'export interface Item {\n  price: number;\n}\n',
  'src/tax.ts': 'export function taxRate(country: string): number {\n  return rates[country];\n}\n',
  'src/checkout.ts':
    "import { Cart } from './cart.ts';\nexport function checkout(cart: Cart) {\n  return taxRate('DE');\n}\n",
  'src/weather.ts': 'export function forecast() {\n  return "sunny";\n}\n',
  'test/tax.test.ts': "it('knows the tax rate of a country', () => taxRate('DE'));\n",
  'docs/weather.md': '# Weather\n\nSunny.\n',
};

async function ranked(
  goal: string,
  files: Readonly<Record<string, string>> = shop,
  history: readonly [string, string[]][] = [],
) {
  const reader = readerOf(files);
  const corpus = await openCorpus(new ContentIndex(), await reader.files('x'), reader.contents, never);
  const commits = history.map(([message, paths], at) => ({ commit: String(at), message, paths }));
  return rankFiles(corpus, queryOf(specOf({ goal })), commits).map((file) => file.path);
}

describe('ranking files for a goal', () => {
  it('puts first what the words of the goal are in', async () => {
    const [first, ...rest] = await ranked('Return the right tax rate for each country');
    assert.equal(first, 'src/tax.ts');
    assert.ok(rest.indexOf('test/tax.test.ts') < 2);
    assert.ok(rest.indexOf('src/weather.ts') > 3);
  });

  it('puts first what the goal names: a path, or who declares a name', async () => {
    assert.equal((await ranked('Mend src/weather.ts'))[0], 'src/weather.ts');
    assert.equal((await ranked('Let `addItem` refuse duplicates'))[0], 'src/cart.ts');
  });

  it('draws on what uses and declares the same names', async () => {
    const order = await ranked('A Cart is checked out');
    assert.ok(order.indexOf('src/checkout.ts') < order.indexOf('src/weather.ts'));
  });

  it('learns from messages of commits, and from what changed together', async () => {
    const history: [string, string[]][] = [['Support umbrellas', ['src/item.ts', 'docs/weather.md']]];
    const order = await ranked('Support bigger umbrellas', shop, history);
    assert.deepEqual(order.slice(0, 2).sort(), ['docs/weather.md', 'src/item.ts']);
  });

  it('gives the same order whatever was read before', async () => {
    const reader = readerOf(shop);
    const index = new ContentIndex();
    const other = readerOf({ 'z.ts': 'function forecast() {} class Cart {} interface Zebra {}' });
    await openCorpus(index, await other.files('x'), other.contents, never);
    const query = queryOf(specOf({ goal: 'Tax the items of a cart at checkout' }));
    const fresh = await openCorpus(new ContentIndex(), await reader.files('x'), reader.contents, never);
    const used = await openCorpus(index, await reader.files('x'), reader.contents, never);
    assert.deepEqual(rankFiles(used, query, []), rankFiles(fresh, query, []));
  });

  it('reads each content once, and secret or generated ones never', async () => {
    const reader = readerOf({ ...shop, 'copy/tax.ts': shop['src/tax.ts'], '.env': 'KEY=1', 'yarn.lock': 'lock' });
    const index = new ContentIndex();
    await openCorpus(index, await reader.files('x'), reader.contents, never);
    assert.equal(reader.reads.length, Object.keys(shop).length);
    await openCorpus(index, await reader.files('x'), reader.contents, never);
    assert.equal(reader.reads.length, Object.keys(shop).length);
  });
});

describe('an index that takes too long', () => {
  it('is used as far as it came, and goes on the next time', async () => {
    const files = Object.fromEntries(
      [...Array(2_500).keys()].map((at) => [`src/f${at}.ts`, `export const name${at} = ${at};\n`]),
    );
    const reader = readerOf(files);
    const index = new ContentIndex();
    const first = await openCorpus(index, await reader.files('x'), reader.contents, never, -1);
    assert.equal(first.unread, 1_500);
    assert.equal(first.paths.length, 2_500);
    const second = await openCorpus(index, await reader.files('x'), reader.contents, never, -1);
    assert.equal(second.unread, 500);
    const third = await openCorpus(index, await reader.files('x'), reader.contents, never);
    assert.equal(third.unread, 0);
  });
});

describe('declarations without a grammar', () => {
  const cases: readonly (readonly [string, string, string[], string[]])[] = [
    [
      'a.py',
      'import os\nLIMIT = 3\nclass Cart:\n    def add(self, item):\n        total = sum(item)\n',
      ['LIMIT', 'Cart', 'add'],
      ['total', 'sum'],
    ],
    [
      'a.go',
      'func (c *Cart) Add(i Item) error {\n\tif ok(i) {\n\t}\n}\ntype Cart struct {\n',
      ['Add', 'Cart'],
      ['ok', 'Item'],
    ],
    [
      'a.rs',
      'pub(crate) fn parse_line(text: &str) -> u8 {\n    let found = find(text);\n}\nstruct Parser;\n',
      ['parse_line', 'Parser'],
      ['found', 'find'],
    ],
    [
      'a.ts',
      'export const limit = 3;\nclass Shelf {\n  private async load(id: string) {\n    while (next(id)) {\n    }\n  }\n}\n',
      ['limit', 'Shelf', 'load'],
      ['next'],
    ],
    [
      'A.java',
      'public class Basket {\n    public int total(int count) {\n        return compute(count);\n    }\n}\n',
      ['Basket', 'total'],
      ['compute'],
    ],
    ['a.c', 'static int\nread_all(int file)\n{\n}\nint main(void) {\n}\n', ['main'], ['file']],
    ['a.rb', 'module Shop\n  class Cart\n    def add_item(item)\n', ['Shop', 'Cart', 'add_item'], ['item']],
  ];
  for (const [file, text, declared, not] of cases) {
    it(`are found in ${file}`, () => {
      const index = new ContentIndex();
      const { start, end } = index.add('key', Buffer.from(text), true);
      const isDeclared = (name: string) => {
        const id = index.vocabulary.find(name);
        for (let at = start; at < end; at += 1) if (index.names[at] === id) return isDeclaredAt(index, at);
        return false;
      };
      assert.deepEqual(
        declared.filter((name) => !isDeclared(name)),
        [],
      );
      assert.deepEqual(not.filter(isDeclared), []);
    });
  }

  it('make an outline, those of wanted words first where not all fit', () => {
    const text = `${[...Array(40).keys()].map((at) => `export function step${at}() {}`).join('\n')}\nexport class Wanted {}\n`;
    const outline = outlineOf('a.ts', text, ['want']);
    assert.match(outline, /export class Wanted/);
    assert.match(outline, /… 17 more/);
    assert.equal(outlineOf('notes.md', '# One\ntext\n## Two\n', []), '# One\n## Two');
  });
});

describe('words of a name', function () {
  this.timeout(60_000);
  it('are its parts without their endings', () => {
    assert.deepEqual(splitWords('parseHTTPRequests'), ['pars', 'http', 'request', 'parshttprequest']);
    assert.deepEqual(splitWords('max_body-limit2'), ['max', 'body', 'limit2', 'maxbodylimit2']);
    assert.deepEqual(splitWords('straßenName'), ['straßen', 'nam', 'straßennam']);
    for (const [one, other] of [
      ['limits', 'limited'],
      ['queries', 'query'],
      ['caching', 'cached'],
      ['validation', 'validated'],
    ]) {
      assert.equal(stemOf(one as string), stemOf(other as string));
    }
  });

  it('never fail, and hold no separators', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        for (const word of splitWords(name)) assert.ok(word.length > 0 && !/[\s_./-]/.test(word));
      }),
    );
  });
});

describe('the kept index', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'countersign-index-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function written(): Promise<string> {
    const reader = readerOf(shop);
    const index = new ContentIndex();
    const files = await reader.files('x');
    await openCorpus(index, files, reader.contents, never);
    const file = path.join(folder, 'context-index');
    await writeIndex(file, index.columns([], 1_000));
    return file;
  }

  it('comes back as it was', async () => {
    const columns = await readIndex(await written());
    assert.ok(columns);
    const reader = readerOf(shop);
    const query = queryOf(specOf({ goal: 'tax rate of a country' }));
    const back = await openCorpus(new ContentIndex(columns), await reader.files('x'), reader.contents, never);
    const fresh = await openCorpus(new ContentIndex(), await reader.files('x'), reader.contents, never);
    assert.deepEqual(reader.reads.length, Object.keys(shop).length);
    assert.deepEqual(rankFiles(back, query, []), rankFiles(fresh, query, []));
  });

  it('is not believed when anything in it was changed or is missing', async () => {
    const file = await written();
    const content = await readFile(file);
    for (let at = 0; at < content.length; at += Math.max(1, Math.floor(content.length / 97))) {
      const broken = Buffer.from(content);
      broken[at] = (broken[at] as number) ^ 0x41;
      await writeFile(file, broken);
      assert.equal(await readIndex(file), null, `byte ${at}`);
      await writeFile(file, content.subarray(0, at));
      assert.equal(await readIndex(file), null, `cut at ${at}`);
    }
  });

  it('is not believed when its numbers point nowhere, though its sum is right', async () => {
    const index = new ContentIndex();
    index.add('key', Buffer.from('one two three'), true);
    const columns = index.columns([], 10);
    const file = path.join(folder, 'context-index');
    await writeIndex(file, { ...columns, names: columns.names.map(() => 9_999_999) });
    assert.equal(await readIndex(file), null);
    await writeIndex(file, { ...columns, starts: Uint32Array.of(5, 3) });
    assert.equal(await readIndex(file), null);
  });

  it('is neither read nor written through a link', async () => {
    const file = await written();
    const link = path.join(folder, 'link');
    await symlink(file, link);
    assert.equal(await readIndex(link), null);
  });

  it('makes a second survey give the same brief, and one without it too', async () => {
    const request = { spec: specOf({ goal: 'Tax the items of a cart' }), commit: 'x', budgetTokens: 4_000 };
    const briefs = [];
    for (const directory of [folder, folder, null]) {
      const survey = createSurvey({ reader: readerOf(shop), directory, matching });
      const { sections } = assembleBrief(await survey(request, never), 4_000);
      briefs.push(sections);
    }
    assert.deepEqual(briefs[1], briefs[0]);
    assert.deepEqual(briefs[2], briefs[0]);
  });
});
