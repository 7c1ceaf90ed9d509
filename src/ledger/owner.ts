import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

const ownerSchema = z.object({
  host: z.string(),
  /** One per start of the machine; null where the system does not tell. */
  boot: z.string().nullable(),
  /** Process numbers mean something only within one of these; null where there is but one. */
  namespace: z.string().nullable(),
  pid: z.int().positive(),
  /** When the process began, in the system's own ticks, because numbers are given out again; null where unknown. */
  began: z.string().nullable(),
  /** Tells two ledgers that one process holds open from each other. */
  instance: z.string(),
});
/** One opening of the ledger, in a process that can be asked whether it still runs. */
export type Owner = z.infer<typeof ownerSchema>;

/** `unknown` where it lives on a machine that cannot be asked from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export function thisProcess(): Owner {
  return processOf(process.pid);
}

/** Another process of this machine. */
export function processOf(pid: number): Owner {
  return { ...thisPlace(), pid, began: beganOf(pid), instance: randomUUID() };
}

export function formatOwner(owner: Owner): string {
  return JSON.stringify(owner);
}

/** Such as `process 4711`, with its machine where that is another one. */
export function describeOwner(text: string): string {
  const owner = parseOwner(text);
  if (!owner) return 'an unknown process';
  const here = thisPlace();
  const elsewhere = owner.host !== here.host || owner.namespace !== here.namespace;
  return `process ${owner.pid}${elsewhere ? ` of ${owner.host}` : ''}`;
}

/** Whether the process that wrote this text still runs. Text that nobody here wrote counts as a dead one. */
export function livenessOf(text: string): Liveness {
  const owner = parseOwner(text);
  if (!owner) return 'dead';
  const here = thisPlace();
  if (owner.host !== here.host) return 'unknown';
  if (owner.boot !== here.boot) return 'dead';
  if (owner.namespace !== here.namespace) return 'unknown';
  if (!exists(owner.pid)) return 'dead';
  return owner.began === beganOf(owner.pid) ? 'alive' : 'dead';
}

function parseOwner(text: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function thisPlace(): Pick<Owner, 'host' | 'boot' | 'namespace'> {
  return {
    host: hostname(),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

function beganOf(pid: number): string | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Fields 3 (state) and 22 (start), counted after the command name, which is in parentheses and may hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ended = fields?.[0] === 'Z' || fields?.[0] === 'X';
  return ended ? null : (fields?.[19] ?? null);
}

function attempt(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
