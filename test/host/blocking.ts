/** How long this process kept its event loop busy at most. Times in milliseconds. */
export interface Blocking {
  /** Longest time between two turns by the clock; other processes of a busy machine are in it. */
  readonly longestWall: number;
  /** Longest stretch that this thread itself computed without giving others a turn. */
  readonly longestCompute: number;
}

const sampleMs = 5;

/** Measures until the function it gives is called. */
export function watchEventLoop(): () => Blocking {
  let wall = performance.now();
  let cpu = process.threadCpuUsage();
  let longestWall = 0;
  let longestCompute = 0;
  const sample = () => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(cpu);
    longestWall = Math.max(longestWall, now - wall - sampleMs);
    longestCompute = Math.max(longestCompute, Math.min(now - wall, (user + system) / 1000));
    wall = now;
    cpu = process.threadCpuUsage();
  };
  const timer = setInterval(sample, sampleMs);
  return () => {
    sample();
    clearInterval(timer);
    return { longestWall, longestCompute };
  };
}
