/** Milliseconds that this thread computed in a piece of work: what a bound is about, however busy the machine is. */
export function computingMs(work: () => void): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}
