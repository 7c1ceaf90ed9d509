import { lookup } from 'node:dns';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Fetched, ToolProblem } from '../builder/tools/tool.ts';
import { isPublicAddress } from './public-address.ts';

export interface PublicFetchOptions {
  /** Which addresses may be reached; public ones unless given. */
  readonly allows?: (address: string) => boolean;
}

const mostRedirects = 4;
const allowedPorts = new Set(['', '80', '443']);

/**
 * Gets an address of the public internet. The address that a name stands for is looked at as it is connected to, so that
 * a name cannot mean one thing when it is asked and another when it is used; each redirect is looked at again. No
 * cookie, key or other header of the user goes along. Throws `ToolProblem`.
 */
export function createPublicFetch({ allows }: PublicFetchOptions = {}) {
  const isAllowed = allows ?? isPublicAddress;
  return async function fetchPublic(url: string, mostBytes: number, signal: AbortSignal): Promise<Fetched> {
    let next = new URL(url);
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      checkUrl(next, isAllowed, allows !== undefined);
      const { location, ...fetched } = await getOnce(next, mostBytes, isAllowed, signal);
      if (location === null) return fetched;
      next = new URL(location, next);
    }
    throw new ToolProblem(`${url} redirects more than ${mostRedirects} times.`);
  };
}

function checkUrl(url: URL, isAllowed: (address: string) => boolean, anyPort: boolean): void {
  const refused = (why: string) => new ToolProblem(`${url.origin} ${why}`, { refused: true });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('is no web address.');
  if (url.username || url.password) throw refused('carries a name or password.');
  if (!anyPort && !allowedPorts.has(url.port)) throw refused('is on a port other than 80 and 443.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowed(host)) throw refused('is not on the public internet.');
}

async function getOnce(
  url: URL,
  mostBytes: number,
  isAllowed: (address: string) => boolean,
  signal: AbortSignal,
): Promise<Fetched & { readonly location: string | null }> {
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/*, application/*;q=0.9, */*;q=0.5',
      'accept-encoding': 'identity',
      'user-agent': 'countersign',
    };
    const asked = request(url, { lookup: guarded(isAllowed), headers, signal, agent: false }, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      const type = (answered['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
      if (status >= 300 && status < 400 && answered.location) {
        response.destroy();
        return resolve({ status, type, body: Buffer.alloc(0), location: answered.location });
      }
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes <= mostBytes) parts.push(part);
        else response.destroy(new ToolProblem(`${url.href} is larger than ${mostBytes} bytes.`));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status, type, body: Buffer.concat(parts), location: null }));
    });
    asked.on('error', (error) => {
      if (signal.aborted) reject(signal.reason);
      else
        reject(
          error instanceof ToolProblem ? error : new ToolProblem(`${url.origin} cannot be reached: ${error.message}`),
        );
    });
    asked.end();
  });
}

function guarded(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = error ? [] : found.filter(({ address }) => isAllowed(address));
      const first = addresses[0];
      if (error) return answer(error, '', 0);
      if (!first) {
        const problem = new ToolProblem(`${hostname} is not on the public internet.`, { refused: true });
        return answer(problem as NodeJS.ErrnoException, '', 0);
      }
      if (options.all) return answer(null, addresses);
      return answer(null, first.address, first.family);
    });
  };
}
