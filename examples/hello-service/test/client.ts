import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createService } from '../src/service.ts';

/** Starts the service on a free port for one test and stops it afterwards. */
export async function withService(use: (base: string) => Promise<void>): Promise<void> {
  const server = createService();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export async function getJson(url: string): Promise<{ status: number; body: any }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}
