import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { detectSandbox } from '../../../src/checks/sandbox.ts';
import { createVerifier } from '../../../src/checks/verifier.ts';
import type { CheckResult } from '../../../src/domain/checks.ts';
import type { WorktreePool } from '../../../src/engine/ports/checks.ts';
import { cleanScan, type Ground, makeChecks, makeGround, makeSpec, normal, scope, silentProgress } from './support.ts';

const never = new AbortController().signal;

const dial = `
const [kind, where] = process.argv.slice(2);
const socket = require('node:net').connect(kind === 'port' ? { port: Number(where), host: '127.0.0.1' } : { path: where });
socket.on('connect', () => { console.log('CONNECTED'); process.exit(0); });
socket.on('error', (error) => { console.log(error.code); process.exit(1); });
`;
const loopback = `
const net = require('node:net');
const server = net.createServer((socket) => socket.end('HELLO')).listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1').on('data', (data) => { console.log(String(data)); process.exit(0); });
});
`;

describe('the sandbox of checks', () => {
  let ground: Ground;
  let host: Server;
  let agent: Server;
  let port = 0;

  before(async () => {
    ground = makeGround({ 'dial.js': dial, 'loopback.js': loopback, 'kept.txt': 'kept\n' });
    mkdirSync(path.join(ground.home, '.ssh'));
    writeFileSync(path.join(ground.home, '.ssh', 'id_ed25519'), 'PRIVATE KEY\n', { mode: 0o600 });
    ground.git('remote', 'add', 'origin', 'https://user:PASSWORD@example.org/project.git');
    mkdirSync(path.join(ground.root, '.git', 'countersign'));
    writeFileSync(path.join(ground.root, '.git', 'countersign', 'store'), 'TRAJECTORY\n');
    host = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    agent = createServer((socket) => socket.end()).listen(path.join(ground.home, 'agent.sock'));
    await Promise.all([host, agent].map((server) => new Promise((resolve) => server.once('listening', resolve))));
    const address = host.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  after(() => {
    host.close();
    agent.close();
    ground.remove();
  });

  async function check(
    command: string,
    checks: object,
    worktrees: WorktreePool = ground.worktrees,
  ): Promise<CheckResult> {
    const verifier = createVerifier({
      worktrees,
      repositoryRoot: ground.root,
      preparedDirectory: ground.prepared,
      baseWithTests: async (staged, paths) => ground.baseWith(staged, paths),
      checks: makeChecks(checks),
      environment: ground.environment,
    });
    const spec = makeSpec([{ run: command, shell: true, timeout: 20 }]);
    const report = await verifier.run(scope, spec, ground.stage({}), cleanScan, normal, silentProgress(), never);
    return report.results[0] as CheckResult;
  }
  const inside = (command: string) => check(command, { sandbox: 'require' });
  const outside = (command: string) => check(command, { sandbox: 'off' });

  it('is found on this machine by running it', async () => {
    assert.deepEqual((await detectSandbox(process.env, never)).available, true);
  });

  it('is not believed in where bubblewrap is installed and fails', async () => {
    const folder = path.join(ground.home, 'broken');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions" >&2; exit 1\n', { mode: 0o755 });
    const finding = await detectSandbox({ PATH: folder }, never);
    assert.ok(!finding.available);
    assert.match(finding.reason, /No permissions/);
  });

  describe('stops an attack that fires without it:', () => {
    async function stops(command: string, fired: RegExp) {
      const control = await outside(command);
      assert.match(control.output, fired, 'the attack must fire without the sandbox');
      const stopped = await inside(command);
      assert.doesNotMatch(stopped.output, fired);
      return stopped;
    }

    it('reading a private key', () => stops(`cat ${ground.home}/.ssh/id_ed25519`, /PRIVATE KEY/));

    it('reading a private key through a link in the worktree', () =>
      stops(`ln -s ${ground.home}/.ssh secret && cat secret/id_ed25519`, /PRIVATE KEY/));

    it("reading the user's own working tree", () => stops(`cat ${ground.root}/kept.txt`, /^kept$/m));

    it("reading Countersign's state", () => stops(`cat ${ground.root}/.git/countersign/store`, /TRAJECTORY/));

    it("reading a password in git's settings", () =>
      stops('git remote -v; cat "$(git rev-parse --git-common-dir)/config"', /PASSWORD/));

    it("reading another process's environment", () =>
      stops(`tr '\\0' '\\n' < /proc/${process.pid}/environ`, /^PATH=/m));

    it('signalling another process', () => stops(`kill -0 ${process.pid} && echo REACHED`, /REACHED/));

    it('dialling out', () => stops(`node dial.js port ${port}`, /CONNECTED/));

    it("talking to an agent's socket", () => stops(`node dial.js socket ${ground.home}/agent.sock`, /CONNECTED/));

    it('writing elsewhere', async () => {
      for (const folder of [ground.home, ground.root, path.join(ground.root, '.git'), path.dirname(ground.home)]) {
        const file = path.join(folder, 'written');
        const command = `echo x > ${file} && echo WRITTEN`;
        assert.match((await outside(command)).output, /WRITTEN/);
        assert.equal(existsSync(file), true);
        rmSync(file);
        await inside(command);
        assert.equal(existsSync(file), false, file);
      }
    });

    it('changing which repository the worktree belongs to', async () => {
      const command = 'echo "gitdir: /elsewhere" > moved; mv -f moved .git; cat .git';
      await stops(command, /elsewhere/);
    });

    it('moving a branch', async () => {
      const stopped = await stops('git update-ref refs/heads/stolen HEAD && echo MOVED', /MOVED/);
      assert.match(stopped.output, /Read-only file system/);
    });
  });

  it('has no writable system folder, whatever rights the check makes up for itself', async () => {
    const common = path.join(ground.root, '.git');
    const remount = `mount -o remount,bind,rw ${common}; touch ${common}/remounted`;
    const result = await inside(
      `${remount}; unshare -Urm sh -c '${remount}'; for f in /usr/written /written /etc/written /run/written; do touch $f && echo MADE; done`,
    );
    assert.doesNotMatch(result.output, /MADE/);
    assert.equal(existsSync(path.join(common, 'remounted')), false);
    assert.deepEqual(['/usr/written', '/written', '/etc/written'].filter(existsSync), []);
  });

  it("shows no system's keys", async () => {
    const result = await inside('cat /etc/shadow /etc/gshadow; ls -A /etc/ssh /etc/ssl/private');
    assert.doesNotMatch(result.output, /root:|key/);
  });

  it('shows neither other homes nor what services keep', async () => {
    const result = await inside('ls -A /home /root /run /var /srv /mnt /media 2>/dev/null | sort | uniq');
    assert.doesNotMatch(result.output, /ssh|lib$|log$|docker|systemd/);
  });

  it('lets a check write in its worktree, read git and talk to itself on 127.0.0.1', async () => {
    const result = await inside('echo new > kept.txt && git log --format=%s && git status --short && node loopback.js');
    assert.equal(result.output, 'state\nstate\n M kept.txt\nHELLO\n');
    assert.equal(readFileSync(path.join(ground.root, 'kept.txt'), 'utf8'), 'kept\n');
  });

  it('reads objects that the repository of the worktrees borrows, and cannot change them', async () => {
    const pool = path.join(ground.home, '.cache', 'pool');
    const directory = path.join(pool, 'worktree');
    ground.git('clone', '-q', '--bare', '--shared', '.', path.join(pool, 'git'));
    ground.git('--git-dir', path.join(pool, 'git'), 'worktree', 'add', '-q', '--detach', directory, 'main');
    const objects = path.join(ground.root, '.git', 'objects');
    const command = `git log --format=%s && git show HEAD:kept.txt && touch ${objects}/new`;
    const lease = async () => ({ directory, release: async () => {} });
    const result = await check(command, { sandbox: 'require' }, { lease });
    assert.match(result.output, /^state\nkept\ntouch: .*Read-only file system\n$/);
    assert.equal(existsSync(path.join(objects, 'new')), false);
  });

  it('has a network where the configuration allows one', async () => {
    const result = await check(`node dial.js port ${port}`, { sandbox: 'require', network: true });
    assert.equal(result.output, 'CONNECTED\n');
  });

  it('runs npm and the tools of this PATH', async () => {
    const result = await inside('npm --version && node --version && git --version && sh -c true');
    assert.equal(result.outcome, 'passed', result.output);
  });

  it('shows a toolchain below the home, without the keys beside it', async () => {
    const bin = path.join(ground.home, '.tool', 'v1', 'bin');
    mkdirSync(bin, { recursive: true });
    mkdirSync(path.join(ground.home, '.cargo', 'bin'), { recursive: true });
    writeFileSync(path.join(ground.home, '.tool', 'v1', 'library'), 'LIBRARY\n');
    writeFileSync(path.join(bin, 'tool'), '#!/bin/sh\ncat "$(dirname "$0")/../library"\n', { mode: 0o755 });
    writeFileSync(path.join(ground.home, '.cargo', 'credentials.toml'), 'TOKEN\n');
    const former = ground.environment.PATH;
    ground.environment.PATH = `${bin}:${ground.home}/.cargo/bin:${ground.home}:${former}`;
    try {
      const result = await inside(`tool; cat ~/.cargo/credentials.toml ~/.ssh/id_ed25519; ls ~/.cargo`);
      assert.match(result.output, /^LIBRARY$/m);
      assert.match(result.output, /^bin$/m);
      assert.doesNotMatch(result.output, /TOKEN|PRIVATE/);
    } finally {
      ground.environment.PATH = former;
    }
  });
});
