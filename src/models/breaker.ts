import type { Fault } from '../domain/fault.ts';

/** How long a provider that failed is left alone at first, and at most, in seconds. */
const firstRest = 30;
const longestRest = 900;

/** Whether a provider may be asked; if not, why it is left alone. */
export type Admission =
  /** `probe`: it failed before, and this call is to find out how it is now. */
  { readonly admitted: true; readonly probe: boolean } | { readonly admitted: false; readonly fault: Fault };

/**
 * Keeps calls from a provider that is down, for longer each time. After that one call is let through; how it goes decides
 * for the others. Every call that was admitted ends in exactly one of `succeeded`, `failed` and `abandoned`.
 */
export interface Breaker {
  /** Whether `admit` would refuse, without asking for a place. */
  blocks(now: Date): boolean;
  admit(now: Date): Admission;
  succeeded(): void;
  failed(fault: Fault, now: Date): void;
  /** The call came to an end that says nothing about the provider. */
  abandoned(): void;
}

export function createBreaker(): Breaker {
  let open: { readonly fault: Fault; readonly restSeconds: number; readonly until: number } | null = null;
  let probing = false;
  const blocks = (now: Date) => open !== null && (probing || now.getTime() < open.until);
  return {
    blocks,
    admit(now) {
      if (!open) return { admitted: true, probe: false };
      if (blocks(now)) return { admitted: false, fault: open.fault };
      probing = true;
      return { admitted: true, probe: true };
    },
    succeeded() {
      open = null;
      probing = false;
    },
    failed(fault, now) {
      probing = false;
      const restSeconds = Math.min(longestRest, askedRest(fault) ?? (open ? open.restSeconds * 2 : firstRest));
      open = { fault, restSeconds, until: now.getTime() + restSeconds * 1000 };
    },
    abandoned() {
      probing = false;
    },
  };
}

/** What the provider itself says of when to come again; used-up money does not come back in half a minute. */
function askedRest(fault: Fault): number | null {
  if (fault.code === 'model/quota-exhausted') return longestRest;
  return fault.code === 'model/rate-limited' ? fault.retryAfterSeconds : null;
}

/** Whether a fault concerns all models of a provider, not the one that was asked. */
export function isProviderWide({ code }: Fault): boolean {
  return code === 'model/unreachable' || code === 'model/quota-exhausted';
}

/** Whether a fault says that the provider cannot serve now, whoever asks for what. */
export function isOutage({ code }: Fault): boolean {
  return outages.has(code);
}

const outages: ReadonlySet<Fault['code']> = new Set([
  'model/unreachable',
  'model/rate-limited',
  'model/quota-exhausted',
  'model/server-error',
  'model/timed-out',
  'model/broken-reply',
]);
