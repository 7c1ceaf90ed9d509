import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** `node:sqlite` is there without a flag from this version on. */
const needed = [22, 16] as const;

function isOldNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major < needed[0] || (major === needed[0] && minor < needed[1]);
}

/** The Node that a checkout of Countersign brings along as a development dependency. */
function bundledNode(): string | null {
  const node = path.resolve(__dirname, '..', 'node_modules', 'node', 'bin', 'node');
  return existsSync(node) ? node : null;
}

/** Runs the same command under a newer Node, which its children then find first as well. */
function relaunch(node: string): void {
  const PATH = [path.dirname(node), process.env.PATH].join(path.delimiter);
  const child = spawn(node, [__filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

function tellUnfinished(): void {
  process.stderr.write('Countersign ended before its work did. What was kept so far is kept; please report this.\n');
}

async function start(): Promise<void> {
  if (isOldNode()) {
    const node = bundledNode();
    if (node) return relaunch(node);
    const message = `Countersign needs Node ${needed.join('.')} or newer; this is ${process.versions.node}.`;
    process.stderr.write(`${message}\nInstall a newer Node.\n`);
    process.exitCode = 6;
    return;
  }
  // A process whose event loop runs dry ends as if all were well: until the program has answered, that is a fault.
  process.exitCode = 1;
  process.once('beforeExit', tellUnfinished);
  // Loaded only now: an older Node could not even read its imports.
  const { runProgram } = await import('./program.ts');
  const code = await runProgram(process.argv.slice(2));
  process.off('beforeExit', tellUnfinished);
  process.exitCode = code;
}

void start();
