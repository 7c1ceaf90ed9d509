import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findLocalServers, localPlaces } from '../../../src/models/local-servers.ts';
import { never } from './support.ts';

const servers: Server[] = [];

async function serve(answer: (response: ServerResponse, path: string) => void): Promise<string> {
  const server = createServer((request, response) => answer(response, request.url ?? ''));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = (value: unknown) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
};

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const placeAt = (origin: string, name = 'ollama', kind = 'Ollama') => ({ kind, name, origin });

describe('model servers on this machine', () => {
  it('are found with their models, asked without a key', async () => {
    let seen = '';
    const origin = await serve((response, path) => {
      seen = `${path} ${response.req.headers.authorization ?? 'no key'}`;
      json({ object: 'list', data: [{ id: 'qwen3:8b', owned_by: 'library' }, { id: 'llama3.2' }] })(response);
    });
    assert.deepEqual(await findLocalServers([placeAt(origin)], never), [
      { kind: 'Ollama', name: 'ollama', baseUrl: `${origin}/v1`, models: ['qwen3:8b', 'llama3.2'] },
    ]);
    assert.equal(seen, '/v1/models no key');
  });

  it('say themselves what they are on ports that many use', async () => {
    const vllm = await serve(json({ data: [{ id: 'm', owned_by: 'vllm' }] }));
    const llama = await serve(json({ data: [{ id: 'm', owned_by: 'llamacpp' }] }));
    const other = await serve(json({ data: [{ id: 'm' }] }));
    const places = [vllm, llama, other].map((origin) => placeAt(origin, 'vllm', 'vLLM'));
    const found = await findLocalServers(places, never);
    assert.deepEqual(
      found.map(({ kind, name }) => [kind, name]),
      [
        ['vLLM', 'vllm'],
        ['llama.cpp', 'llamacpp'],
        ['a model server', 'local'],
      ],
    );
  });

  for (const [what, answer] of [
    ['a web page', (response: ServerResponse) => response.end('<html>Hello</html>')],
    ['another API', json({ items: [] })],
    ['a list of something else', json({ data: [{ name: 'x' }] })],
    ['a refusal', (response: ServerResponse) => response.writeHead(404).end('{"data":[]}')],
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: 'http://example.com/' }).end()],
    ['a broken connection', (response: ServerResponse) => response.destroy()],
    ['an endless reply', (response: ServerResponse) => response.write('['.repeat(3_000_000))],
    ['silence', () => {}],
  ] as const) {
    it(`are not taken for ${what}`, async () => {
      assert.deepEqual(await findLocalServers([placeAt(await serve(answer))], never), []);
    });
  }

  it('that are not there cost no time and no error', async () => {
    assert.deepEqual(await findLocalServers([placeAt('http://127.0.0.1:1')], never), []);
  });

  it('cannot steer the terminal by the names of their models', async () => {
    const origin = await serve(json({ data: [{ id: 'a\u001b[2Jb\nc' }] }));
    const [found] = await findLocalServers([placeAt(origin)], never);
    assert.deepEqual(found?.models, ['a [2Jb c']);
  });
});

describe('where model servers are looked for', () => {
  const ollama = (host?: string) => localPlaces({ OLLAMA_HOST: host }).find(({ name }) => name === 'ollama')?.origin;

  it('is loopback, on the usual ports', () => {
    const origins = localPlaces({}).map(({ origin }) => origin);
    assert.deepEqual(
      origins,
      [11434, 1234, 8000, 8080].map((port) => `http://127.0.0.1:${port}`),
    );
  });

  it('follows what Ollama is told, on this machine alone', () => {
    assert.equal(ollama('127.0.0.1:9999'), 'http://127.0.0.1:9999');
    assert.equal(ollama('0.0.0.0'), 'http://127.0.0.1:11434');
    assert.equal(ollama('http://localhost:5000/'), 'http://localhost:5000');
    assert.equal(ollama('http://localhost:80'), 'http://localhost:80');
    for (const other of ['example.com', '10.0.0.5:11434', 'file:///etc', '::::', ' ']) {
      assert.equal(ollama(other), 'http://127.0.0.1:11434', other);
    }
  });
});
