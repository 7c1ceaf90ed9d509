/** Counts over all fault suites of one run. */
const faults: string[] = [];
const violations: string[] = [];

export const tally = {
  record(fault: string, wrong: readonly string[]): void {
    faults.push(fault);
    violations.push(...wrong.map((what) => `${fault}: ${what}`));
  },
};

after(() => {
  for (const violation of violations) console.log(violation);
  console.log(`faults injected: ${faults.length}, violations: ${violations.length}`);
});
