/** What one command may use at most. */
export interface ResourceLimits {
  /** MiB of data that one process may hold; null for no bound but the system's. */
  readonly memoryMb: number | null;
  /** Processes at a time; counted in a sandbox alone, for elsewhere the user's own would count. */
  readonly processes: number;
}

/** Should memory run out, Linux ends a check, and not the editor beside it. */
const endedFirst = '{ echo 900 >/proc/self/oom_score_adj; } 2>/dev/null';

/**
 * Shell text that bounds what follows in the same shell. A limit that this shell or system does not know, or that is
 * tighter already, is left as it is. Data is bounded, not address space, of which many runtimes only reserve much.
 */
export function limitScript({ memoryMb, processes }: ResourceLimits, sandboxed: boolean): string {
  const bound = (flags: string, value: number) =>
    `for flag in ${flags}; do if (ulimit -$flag ${value}) 2>/dev/null; then ulimit -$flag ${value}; break; fi; done`;
  return [
    endedFirst,
    bound('c', 0),
    ...(memoryMb === null ? [] : [bound('d', memoryMb * 1024)]),
    // The shells disagree on the letter for processes; where it means something else, it cannot be set.
    ...(sandboxed ? [bound('u p', processes)] : []),
  ].join('; ');
}
