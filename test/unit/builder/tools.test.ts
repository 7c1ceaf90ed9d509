import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createArtifacts } from '../../../src/builder/tools/artifacts.ts';
import { builderTools } from '../../../src/builder/tools/registry.ts';
import {
  type CommandOutcome,
  type ShellCommand,
  type ToolPowers,
  ToolProblem,
} from '../../../src/builder/tools/tool.ts';
import { createToolbox, type OpenTools, type ToolResult } from '../../../src/builder/tools/toolbox.ts';
import { isPublicAddress } from '../../../src/compose/public-address.ts';
import { createPublicFetch } from '../../../src/compose/public-fetch.ts';
import type { ToolCategory } from '../../../src/domain/building.ts';
import { matching } from '../../../src/patch/scope.ts';
import { headers, pngOf } from '../../support/pictures.ts';
import { specOf } from '../engine/evidence.ts';
import { assignmentOf, modelOf, readerOf } from './ground.ts';

const files = {
  'README.md': '# Rates\n\nSee [the table](https://example.com/rates).\n',
  '.env': 'KEY=secret-value\n',
  'data/rates.csv': 'country,rate\nDE,19\n"Austria, AT",20\n',
  'data/shape.json': '{"a": [{"b": 1}], "c": null}',
  'data/broken.csv': 'a,b\n"never closed\n',
  'hidden/plan.txt': 'not for the model\n',
  'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>',
  'src/rates.ts': 'export function rateOf(country: string): number {\n  return 0;\n}\n',
  'src/use.ts': "import { rateOf } from './rates.ts';\nconsole.log(rateOf('DE'));\n",
};
const history = [{ commit: 'c'.repeat(40), message: 'Add rates', paths: ['src/rates.ts', '.env'] }];
const spec = specOf({ scope: { exclude: ['hidden/**'] }, verify: [{ run: 'npm test' }] });

interface Ground {
  readonly tools: OpenTools;
  readonly ran: (readonly ShellCommand[] | null)[];
  use(
    name: string,
    input?: object,
  ): Promise<Pick<ToolResult, 'text' | 'picture'> & { readonly outcome: string; readonly detail: string | null }>;
}

/** The toolbox with these kinds allowed; commands are answered by `outcome`, pages by `fetch`. */
function ground(
  allowed: readonly ToolCategory[],
  powers: Partial<ToolPowers> = {},
  seesPictures = false,
  more: Readonly<Record<string, string>> = {},
): Ground {
  const ran: (readonly ShellCommand[] | null)[] = [];
  const notes = new Map<string, string>();
  const outcome: CommandOutcome = { exitCode: 0, timedOut: false, output: 'it ran\n' };
  const toolbox = createToolbox({
    tools: builderTools,
    reader: readerOf({ ...files, ...more }, history),
    matching,
    allows: (category) => allowed.includes(category),
    turns: 5,
    minutes: 1,
    powers: {
      async run(_, commands) {
        ran.push(commands);
        return [outcome];
      },
      fetch: createPublicFetch(),
      artifacts: createArtifacts(),
      notes: () => ({
        all: async () => Object.fromEntries(notes),
        write: async (name, text) => void notes.set(name, text),
      }),
      ...powers,
    },
  });
  const tools = toolbox.open(assignmentOf(spec, { ...modelOf({}), seesPictures }));
  return {
    tools,
    ran,
    async use(name, input = {}) {
      const call = {
        id: '1',
        name,
        arguments: JSON.stringify(input),
        input: { ok: true as const, value: { ...input } },
      };
      const { text, picture, use } = await tools.use(call, AbortSignal.timeout(60_000));
      return { text, picture, outcome: use.outcome, detail: use.detail };
    },
  };
}

/** For each tool one use that works and one that is refused or fails, with what must come of it. */
const uses: readonly {
  readonly tool: string;
  readonly category: ToolCategory;
  /** What must be done before it can work. */
  readonly first?: { readonly tool: string; readonly input: object };
  readonly good: object;
  readonly gives: RegExp;
  readonly bad: object;
  readonly says: RegExp;
}[] = [
  {
    tool: 'read_file',
    category: 'read',
    good: { path: './src/rates.ts', from: 1, to: 1 },
    gives: /1 {2}export function rateOf/,
    bad: { path: '../outside' },
    says: /stay inside/,
  },
  {
    tool: 'list_files',
    category: 'read',
    good: { glob: 'src/*.ts' },
    gives: /^src\/rates\.ts\nsrc\/use\.ts$/m,
    bad: { folder: '/etc' },
    says: /stay inside/,
  },
  {
    tool: 'search_text',
    category: 'read',
    good: { text: 'RATEOF', ignoreCase: true },
    gives: /src\/use\.ts:2: console\.log/,
    bad: { text: 'x' },
    says: /text: /,
  },
  {
    tool: 'find_symbol',
    category: 'read',
    good: { name: 'rateOf' },
    gives: /Declared:\nsrc\/rates\.ts:1: [\s\S]*Used:\nsrc\/use\.ts:1/,
    bad: { name: 'a.b(c)' },
    says: /one name/,
  },
  {
    tool: 'git_log',
    category: 'read',
    good: { path: 'src' },
    gives: /Add rates/,
    bad: { path: '.env' },
    says: /no file/,
  },
  {
    tool: 'git_blame',
    category: 'read',
    good: { path: 'src/rates.ts', from: 1, to: 2 },
    gives: /src\/rates\.ts 1-2/,
    bad: { path: '.env', from: 1, to: 2 },
    says: /no file/,
  },
  {
    tool: 'git_show',
    category: 'read',
    good: { commit: 'c'.repeat(40) },
    gives: /commit cccc/,
    bad: { commit: '--all' },
    says: /hash/,
  },
  {
    tool: 'write_note',
    category: 'notes',
    good: { name: 'rates', text: 'They are percentages.' },
    gives: /Kept as rates/,
    bad: { name: '../x', text: 'y' },
    says: /plain name/,
  },
  {
    tool: 'run_checks',
    category: 'tests',
    good: {},
    gives: /npm test\nexit code 0\nit ran/,
    bad: { more: 1 },
    says: /more/,
  },
  {
    tool: 'run_code',
    category: 'code',
    good: { language: 'javascript', code: "console.log('it')" },
    gives: /it ran/,
    bad: { language: 'perl', code: '1' },
    says: /language/,
  },
  {
    tool: 'run_shell',
    category: 'shell',
    good: { command: 'ls' },
    gives: /it ran/,
    bad: { command: '' },
    says: /command/,
  },
  {
    tool: 'extract_facts',
    category: 'documents',
    good: { source: 'data/rates.csv' },
    gives: /"columns": \[\s*"country",\s*"rate"\s*\][\s\S]*"rows": 2/,
    bad: { source: 'data/broken.csv' },
    says: /never closed/,
  },
  {
    tool: 'view_image',
    category: 'documents',
    good: { source: 'logo.svg' },
    gives: /"format":"SVG","width":40,"height":30[\s\S]*not shown: you cannot be sent pictures/,
    bad: { source: 'README.md' },
    says: /no PNG/,
  },
  {
    tool: 'compose_text',
    category: 'compose',
    good: { template: 'Dear {{name}}', values: { name: 'Ada' } },
    gives: /Dear Ada/,
    bad: { template: '{{constructor}}' },
    says: /no value/,
  },
  {
    tool: 'fetch_page',
    category: 'web',
    good: { url: 'https://example.com/rates' },
    gives: /Rates & more\n19 %/,
    bad: { url: 'http://127.0.0.1/' },
    says: /public internet/,
  },
  {
    tool: 'download_file',
    category: 'web',
    good: { url: 'https://example.com/rates', name: 'rates.html' },
    gives: /Kept as rates\.html: \d+ bytes, text\/html/,
    bad: { url: 'http://169.254.169.254/x', name: 'x' },
    says: /public internet/,
  },
  {
    tool: 'import_table',
    category: 'data',
    good: { source: 'data/rates.csv', table: 'rates', keepAs: 'rates.sqlite' },
    gives: /2 rows, columns country, rate/,
    bad: { source: '.env', table: 'x', keepAs: 'y' },
    says: /no file/,
  },
  {
    tool: 'query_database',
    category: 'data',
    first: { tool: 'import_table', input: { source: 'data/rates.csv', table: 'rates', keepAs: 'rates.sqlite' } },
    good: { source: 'rates.sqlite', sql: 'SELECT country FROM rates WHERE rate > 19' },
    gives: /\{"country":"Austria, AT"\}/,
    bad: { source: 'rates.sqlite', sql: 'DROP TABLE rates' },
    says: /Only SELECT/,
  },
  {
    tool: 'read_notes',
    category: 'notes',
    first: { tool: 'write_note', input: { name: 'rates', text: 'They are percentages.' } },
    good: {},
    gives: /rates:\nThey are percentages\./,
    bad: { run: 'another-run' },
    says: /run/,
  },
];

/** A public page, for uses that work; every other address is judged as it would be. */
const onePage: ToolPowers['fetch'] = async (url, mostBytes, signal) =>
  url === 'https://example.com/rates'
    ? { status: 200, type: 'text/html', body: Buffer.from('<h1>Rates &amp; more</h1><p>19&nbsp;%</p>') }
    : createPublicFetch()(url, mostBytes, signal);

describe('tools of the Builder', function () {
  this.timeout(60_000);
  for (const { tool, category, first, good, gives, bad, says } of uses) {
    it(`${tool} works where its kind is allowed`, async () => {
      const { use } = ground([category], { fetch: onePage });
      if (first) assert.equal((await use(first.tool, first.input)).outcome, 'done');
      const { text, outcome, detail } = await use(tool, good);
      assert.equal(outcome, 'done', detail ?? '');
      assert.match(text, gives);
      assert.match(text, /material, which is no instruction/);
    });

    it(`${tool} refuses what it may not do`, async () => {
      const { text, outcome } = await ground([category]).use(tool, bad);
      assert.notEqual(outcome, 'done');
      assert.match(text, says);
    });

    it(`${tool} is not offered, and refused, where its kind is not allowed`, async () => {
      const none = ground([]);
      assert.deepEqual(none.tools.tools, []);
      const { outcome, detail } = await none.use(tool, good);
      assert.equal(outcome, 'refused');
      assert.match(detail ?? '', /not allowed/);
      assert.deepEqual(none.ran, []);
    });
  }

  it('covers every tool there is', () => {
    const tested = new Set(uses.map(({ tool }) => tool));
    assert.deepEqual(
      builderTools.map(({ name }) => name).filter((name) => !tested.has(name)),
      [],
    );
  });

  it('never reads a secret or an excluded file, by whatever tool', async () => {
    const { use } = ground(['read', 'documents', 'data']);
    for (const path of ['.env', 'hidden/plan.txt', './.env', 'src/../.env']) {
      assert.equal((await use('read_file', { path })).outcome, 'refused', path);
      assert.equal((await use('extract_facts', { source: path })).outcome, 'refused', path);
    }
    const listed = await use('list_files');
    assert.ok(!listed.text.includes('.env') && !listed.text.includes('hidden'));
    assert.ok(!(await use('search_text', { text: 'secret-value' })).text.includes('.env'));
  });

  it('keeps notes, and reads them', async () => {
    const { use } = ground(['notes']);
    assert.match((await use('read_notes')).text, /Nothing found/);
    await use('write_note', { name: 'rates', text: 'They are percentages.' });
    assert.match((await use('read_notes')).text, /rates:\nThey are percentages\./);
  });

  it('asks a database that was imported, and only SELECT', async () => {
    const { use } = ground(['data']);
    await use('import_table', { source: 'data/rates.csv', table: 'rates', keepAs: 'rates.sqlite' });
    const asked = await use('query_database', {
      source: 'rates.sqlite',
      sql: 'SELECT country FROM rates WHERE rate > 19',
    });
    assert.match(asked.text, /\{"country":"Austria, AT"\}/, asked.detail ?? '');
    for (const sql of ["ATTACH '/etc/passwd' AS other", 'DELETE FROM rates', 'PRAGMA writable_schema = 1']) {
      assert.equal((await use('query_database', { source: 'rates.sqlite', sql })).outcome, 'refused', sql);
    }
    const sneaky = await use('query_database', {
      source: 'rates.sqlite',
      sql: 'WITH x AS (SELECT 1) DELETE FROM rates',
    });
    assert.equal(sneaky.outcome, 'failed');
    assert.match(sneaky.detail ?? '', /readonly/);
    assert.match(
      (await use('query_database', { source: 'README.md', sql: 'SELECT 1' })).detail ?? '',
      /no SQLite file/,
    );
  });

  it('stops a query that would go on for ever', async () => {
    const { use } = ground(['data']);
    await use('import_table', { source: 'data/rates.csv', table: 'rates', keepAs: 'rates.sqlite' });
    const sql = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n';
    assert.equal((await use('query_database', { source: 'rates.sqlite', sql })).outcome, 'timed-out');
  });

  it('passes commands as they are, and says what stopped them', async () => {
    const quoted = ground(['code']);
    await quoted.use('run_code', { language: 'python', code: "print('it''s')" });
    assert.equal(quoted.ran[0]?.[0]?.command, `python3 -c 'print('\\''it'\\'''\\''s'\\'')'`);
    const run: ToolPowers['run'] = async () => {
      throw new ToolProblem('There is no sandbox.', { refused: true });
    };
    const { outcome, detail } = await ground(['shell'], { run }).use('run_shell', { command: 'ls' });
    assert.deepEqual([outcome, detail], ['refused', 'There is no sandbox.']);
  });

  describe('view_image', () => {
    /** A seeing model with these files at hand, each brought by a tool before. */
    function gallery(files: Readonly<Record<string, Buffer>>, sees = true): Ground {
      const artifacts = createArtifacts();
      for (const [name, content] of Object.entries(files)) artifacts('run').put(name, content);
      return ground(['documents'], { artifacts }, sees);
    }

    it('gives the picture to a model that sees, named by its hash', async () => {
      const content = pngOf(40, 30);
      const { text, picture, outcome } = await gallery({ 'shot.png': content }).use('view_image', {
        source: 'shot.png',
      });
      assert.equal(outcome, 'done');
      const sha256 = createHash('sha256').update(content).digest('hex');
      assert.match(text, /"format":"PNG","width":40,"height":30/);
      assert.match(text, /The picture follows\.$/);
      assert.equal(picture?.caption, `shot.png, ${content.length} bytes, SHA-256 ${sha256}`);
      assert.deepEqual(picture?.picture, {
        mediaType: 'image/png',
        width: 40,
        height: 30,
        base64: content.toString('base64'),
      });
    });

    it('gives a model that sees nothing what the first bytes say, and says so', async () => {
      const { text, picture } = await gallery({ 'shot.png': pngOf(40, 30) }, false).use('view_image', {
        source: 'shot.png',
      });
      assert.equal(picture, null);
      assert.match(text, /"width":40[\s\S]*not shown: you cannot be sent pictures/);
    });

    it('knows a kind by its first bytes and never by its name', async () => {
      for (const [content, mediaType] of [
        [headers.gif(7, 5), 'image/gif'],
        [headers.jpeg(7, 5), 'image/jpeg'],
        [headers.webpLossy(7, 5), 'image/webp'],
        [headers.webpLossless(7, 5), 'image/webp'],
        [headers.webpExtended(7, 5), 'image/webp'],
      ] as const) {
        const { text, picture } = await gallery({ 'shot.txt': content }).use('view_image', { source: 'shot.txt' });
        assert.equal(picture?.picture.mediaType, mediaType, text);
        assert.deepEqual([picture.picture.width, picture.picture.height], [7, 5], mediaType);
      }
    });

    it('never sends what is no picture, or too large', async () => {
      const heavy = Buffer.concat([pngOf(4, 4), Buffer.alloc(3 * 1024 * 1024)]);
      for (const [content, says] of [
        [heavy, /more than 3 MiB/],
        [headers.gif(8_001, 1), /longer than 8000 pixels/],
        [headers.gif(0, 1), /do not say how large/],
        [headers.jpeg(1, 1).subarray(0, 20), /do not say how large/],
        [Buffer.from('<svg width="1" height="1"/>'), /drawn from text/],
      ] as const) {
        const { text, picture, outcome } = await gallery({ 'a.png': content }).use('view_image', { source: 'a.png' });
        assert.deepEqual([picture, outcome], [null, 'done']);
        assert.match(text, says);
      }
      for (const content of [Buffer.from('PNG, it says'), pngOf(4, 4).subarray(1), Buffer.alloc(0)]) {
        const { picture, outcome } = await gallery({ 'a.png': content }).use('view_image', { source: 'a.png' });
        assert.deepEqual([picture, outcome], [null, 'failed']);
      }
    });

    it('reads files of the repository up to the size that it states', async () => {
      const svg = (mebibytes: number) =>
        `<svg stroke-width="2" width="7" height="5">${' '.repeat(mebibytes * 2 ** 20)}`;
      const more = { 'fits.svg': svg(2.5), 'heavy.svg': svg(3.1) };
      const { use } = ground(['documents'], {}, true, more);
      const fits = await use('view_image', { source: 'fits.svg' });
      assert.match(fits.text, /"format":"SVG","width":7,"height":5/);
      const heavy = await use('view_image', { source: 'heavy.svg' });
      assert.deepEqual([heavy.outcome, heavy.detail], ['failed', 'heavy.svg is larger than 3 MiB.']);
    });

    it('finds the size of a JPEG behind bytes that fill', async () => {
      const plain = headers.jpeg(7, 5);
      const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
      const filled = Buffer.concat([plain.subarray(0, frame), Buffer.alloc(5, 0xff), plain.subarray(frame)]);
      const { picture } = await gallery({ 'a.jpg': filled }).use('view_image', { source: 'a.jpg' });
      assert.deepEqual([picture?.picture.width, picture?.picture.height], [7, 5]);
      const endless = Buffer.concat([plain.subarray(0, frame), Buffer.alloc(5_000, 0xff)]);
      const { text } = await gallery({ 'a.jpg': endless }).use('view_image', { source: 'a.jpg' });
      assert.match(text, /do not say how large/);
    });

    it('shows at most four in one attempt', async () => {
      const { use } = gallery({ 'a.png': pngOf(4, 4) });
      for (let time = 0; time < 4; time += 1) assert.ok((await use('view_image', { source: 'a.png' })).picture);
      const fifth = await use('view_image', { source: 'a.png' });
      assert.equal(fifth.picture, null);
      assert.match(fifth.text, /at most 4/);
    });
  });

  it('bounds what one use and all uses give', async () => {
    const { use } = ground(['compose']);
    const big = await use('compose_text', { template: 'x'.repeat(20_000) });
    assert.ok(big.text.length < 11_000);
    assert.match(big.text, /cut: \d+ bytes more/);
    let last = '';
    for (let time = 0; time < 40; time += 1) {
      last = (await use('compose_text', { template: 'x'.repeat(20_000) })).text;
    }
    assert.match(last, /had all the output/);
  });
});

describe('fetching for the Builder', function () {
  this.timeout(60_000);
  it('knows addresses that are not public, in every spelling', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.0.1',
      '172.20.0.1',
      '169.254.169.254',
      '0.0.0.0',
      '100.64.1.1',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::a00:1',
      'nonsense',
    ]) {
      assert.equal(isPublicAddress(address), false, address);
    }
    for (const address of ['93.184.216.34', '1.1.1.1', '2606:4700::1111'])
      assert.equal(isPublicAddress(address), true, address);
  });

  it('refuses names that lead home, other ports, other schemes and addresses with a name in them', async () => {
    const fetchPublic = createPublicFetch();
    for (const url of [
      'http://localhost/',
      'http://127.0.0.1:80/',
      'http://[::1]/',
      'http://2130706433/',
      'http://1.1.1.1:22/',
      'ftp://1.1.1.1/',
      'http://user:key@1.1.1.1/',
    ]) {
      await assert.rejects(fetchPublic(url, 1_000, AbortSignal.timeout(20_000)), ToolProblem, url);
    }
  });

  it('gives pages as text, keeps downloads, follows redirects and stops at the limit', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/moved') return void response.writeHead(302, { location: '/page' }).end();
      if (request.url === '/away') return void response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
      if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
      if (request.url === '/huge') return void response.end(Buffer.alloc(6 * 1024 * 1024));
      response.setHeader('content-type', 'text/html');
      response.end('<title>T</title><script>evil()</script><h1>Rates &amp; more</h1><p>19&nbsp;%</p>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const top = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const fetch = createPublicFetch({ allows: (address) => address === '127.0.0.1' });
      const { use } = ground(['web', 'documents'], { fetch });
      const page = await use('fetch_page', { url: `${top}/moved` });
      assert.match(page.text, /Rates & more\n19 %/, page.detail ?? '');
      assert.ok(!page.text.includes('evil'));
      assert.match((await use('fetch_page', { url: `${top}/away` })).detail ?? '', /public internet/);
      assert.match((await use('fetch_page', { url: `${top}/loop` })).detail ?? '', /redirects/);
      assert.match((await use('download_file', { url: `${top}/huge`, name: 'huge' })).detail ?? '', /larger/);
      assert.match((await use('download_file', { url: `${top}/page`, name: 'page.html' })).text, /Kept as page\.html/);
      assert.match((await use('extract_facts', { source: 'page.html' })).text, /"h1 Rates & more"/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
