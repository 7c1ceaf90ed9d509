import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

function tryToListen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(address, () => resolve(server));
  });
}

/**
 * Runs `action` while no other process of this machine runs one under the same name. Linux only.
 *
 * The lock is a socket in the abstract namespace: the kernel lets go of it when its owner dies, however it dies, so
 * there is no stale lock to judge.
 */
export async function withMachineLock<Value>(
  name: string,
  options: { readonly timeoutSeconds: number; readonly onWait: () => void },
  action: () => Promise<Value>,
): Promise<Value> {
  const deadline = Date.now() + options.timeoutSeconds * 1000;
  let server = await tryToListen(`\0${name}`);
  if (!server) options.onWait();
  while (!server) {
    if (Date.now() > deadline) throw new Error(`Another process has held "${name}" for ${options.timeoutSeconds} s.`);
    await sleep(250);
    server = await tryToListen(`\0${name}`);
  }
  try {
    return await action();
  } finally {
    server.close();
  }
}
