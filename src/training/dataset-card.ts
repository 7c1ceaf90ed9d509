import type { DatasetManifest } from './export-dataset.ts';
import { formatNamed } from './formats/registry.ts';

/** The README of a dataset: what is in it, how it was split, and what was left out and why. */
export function datasetCard(manifest: DatasetManifest): string {
  const { files, trajectories, seed, heldOut, heldOutFrom, leftOut } = manifest;
  const later = heldOutFrom === null ? '' : ` Runs from ${heldOutFrom} on are held out whole.`;
  const lines = [
    '# Training data',
    '',
    `Made from ${trajectories} trajectories: attempts at phases, with the prompts and replies as they were sent. Secrets were taken out before they were kept, and again before they were written here.`,
    '',
    '## Files',
    '',
    '| file | rows | bytes | read by |',
    '| --- | ---: | ---: | --- |',
    ...files.map(
      ({ file, rows, bytes }) => `| ${file} | ${rows} | ${bytes} | ${formatNamed(nameOf(file))?.readBy ?? ''} |`,
    ),
    '',
    'Checksums stand in `manifest.json`.',
    '',
    '## Split',
    '',
    `${Math.round(heldOut * 100)} % of the runs are held out as test, chosen by the seed \`${seed}\`. All rows of a run are on one side.${later}`,
    '',
    '## Left out',
    '',
    ...(leftOut.length === 0 ? ['Nothing.'] : leftOut.map(({ reason, count }) => `- ${count} × ${reason}`)),
    '',
    '## What counts as good',
    '',
    'Formats that teach by example hold only attempts that passed their checks, were audited without a major finding, landed, and were not rolled back. Preference formats compare attempts at the same phase spec whose scores differ by 0.15 or more.',
    '',
  ];
  return lines.join('\n');
}

function nameOf(file: string): string {
  return file.replace(/\.(?:train|test)\.jsonl$/, '');
}
