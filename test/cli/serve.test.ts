import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type Bench, nodeTest, obliging, openBench } from './support.ts';

interface Told {
  readonly id: number;
  readonly event: Record<string, any>;
}

interface Answer {
  readonly status: number;
  readonly told: Told[];
  /** Resolves once an event of this type was told, or the stream ended. */
  until(type: string): Promise<void>;
  end(): void;
}

describe('countersign serve', function () {
  this.timeout(120_000);
  let bench: Bench;
  let child: ReturnType<Bench['start']>;
  let url: URL;
  let token: string;
  const open: Answer[] = [];

  beforeEach(async () => {
    bench = await openBench();
    await bench.model(obliging);
    await start();
  });
  afterEach(async () => {
    for (const answer of open.splice(0)) answer.end();
    child.kill('SIGKILL');
    await bench.close();
  });

  async function start(): Promise<void> {
    child = bench.start('serve', '--json');
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    const told = JSON.parse(String(line)) as { type: string; url: string; token: string };
    assert.equal(told.type, 'serve-start');
    url = new URL(told.url);
    token = told.token;
  }

  function ask(headers: Record<string, string> = {}, path = url.pathname, method = 'GET'): Promise<Answer> {
    const all = { authorization: `Bearer ${token}`, ...headers };
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: url.port, path, method, headers: all }, (response) => {
        const told: Told[] = [];
        const looking = new Set<() => void>();
        let text = '';
        let isOver = false;
        response.on('close', () => {
          isOver = true;
          for (const look of looking) look();
        });
        response.setEncoding('utf8').on('data', (part: string) => {
          const blocks = (text + part).split('\n\n');
          text = blocks.pop() ?? '';
          for (const block of blocks) {
            const [, id] = /^id: (\d+)$/m.exec(block) ?? [];
            const [, data] = /^data: (.+)$/m.exec(block) ?? [];
            if (data) told.push({ id: Number(id), event: JSON.parse(data) });
          }
          for (const look of looking) look();
        });
        const until = (type: string) =>
          new Promise<void>((done) => {
            const look = () => (isOver || told.some(({ event }) => event.type === type)) && done();
            looking.add(look);
            look();
          });
        const answer = { status: response.statusCode ?? 0, told, until, end: () => sent.destroy() };
        open.push(answer);
        resolve(answer);
      });
      sent.on('error', reject).end();
    });
  }

  const runOnce = async (id: string) =>
    bench.run('run', await bench.phase(id, nodeTest), '--autonomy', 'review', '--json');

  it('sends two clients the events of a run in another process, the same objects in the same order', async () => {
    const clients = [await ask(), await ask()];
    const { lines } = await runOnce('one');
    for (const client of clients) {
      await client.until('run-end');
      assert.deepEqual(
        client.told.map(({ event }) => event),
        lines,
      );
      assert.deepEqual(
        client.told.map(({ id }) => id),
        client.told.map(({ id }) => id).toSorted((a, b) => a - b),
      );
    }
  });

  it('goes on behind the last event that a client had, without a gap or a double', async () => {
    const first = await ask();
    const { lines } = await runOnce('one');
    await first.until('run-end');
    const cut = first.told[4] as Told;
    first.end();
    const second = await ask({ 'last-event-id': String(cut.id) });
    await second.until('run-end');
    assert.deepEqual(
      second.told.map(({ event }) => event.eventId),
      lines.slice(5).map(({ eventId }) => eventId),
    );
    const third = await ask({}, `${url.pathname}?from=start`);
    await third.until('run-end');
    assert.equal(third.told.length, lines.length);
  });

  it('answers nobody without the token', async () => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`]) {
      assert.equal((await ask({ authorization })).status, 401, authorization);
    }
  });

  it('refuses pages of other origins and names that were bent to this address', async () => {
    for (const origin of ['https://example.com', 'null', `http://127.0.0.1:${Number(url.port) + 1}`]) {
      assert.equal((await ask({ origin })).status, 403, origin);
    }
    for (const host of ['attacker.example', `attacker.example:${url.port}`, '127.0.0.1']) {
      assert.equal((await ask({ host })).status, 403, host);
    }
    assert.equal((await ask({ origin: url.origin })).status, 200);
    assert.equal((await ask({ host: `localhost:${url.port}` })).status, 200);
  });

  it('knows one address, one method, and only numbers of its own', async () => {
    assert.equal((await ask({}, '/')).status, 404);
    assert.equal((await ask({}, url.pathname, 'POST')).status, 405);
    for (const id of ['x', '-1', '1.5', '999999999', '9'.repeat(40)]) {
      assert.equal((await ask({ 'last-event-id': id })).status, 400, id);
    }
  });

  it('takes sixteen clients and no more', async () => {
    for (let count = 0; count < 16; count++) assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 503);
  });

  it('ends every stream and itself when it is interrupted', async () => {
    const client = await ask();
    const end = once(child, 'close');
    child.kill('SIGINT');
    const [code] = await end;
    assert.equal(code, 0);
    await client.until('nothing');
  });

  it('says where the port is taken or is none', async () => {
    const taken = await bench.run('serve', '--port', url.port, '--json');
    assert.deepEqual([taken.code, taken.lines[0]?.code], [6, 'serve/port-taken']);
    const none = await bench.run('serve', '--port', '70000', '--json');
    assert.deepEqual([none.code, none.lines[0]?.code], [2, 'arguments/invalid']);
  });
});
