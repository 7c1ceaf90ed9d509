import type { DatasetManifest, DatasetOrigin } from './export-dataset.ts';
import { formatNamed } from './formats/registry.ts';

/** The README of a dataset: what is in it, how it was split, and what was left out and why. */
export function datasetCard(manifest: DatasetManifest): string {
  const { files, trajectories, seed, heldOut, heldOutFrom, leftOut, origin } = manifest;
  const later = heldOutFrom === null ? '' : ` Runs from ${heldOutFrom} on are held out whole.`;
  const lines = [
    '# Training data',
    '',
    `Made from ${trajectories} trajectories: attempts at phases, with the prompts and replies as they were sent. Secrets were taken out before they were kept, and again before they were written here. The same reply to the same prompt is here once.`,
    '',
    '## Files',
    '',
    '| file | rows | bytes | read by |',
    '| --- | ---: | ---: | --- |',
    ...files.map(
      ({ file, rows, bytes }) => `| ${file} | ${rows} | ${bytes} | ${formatNamed(nameOf(file))?.readBy ?? ''} |`,
    ),
    '',
    'Checksums stand in `manifest.json`. In Parquet files a column that nests holds JSON.',
    '',
    '## Licence and consent',
    '',
    ...licenceLines(origin),
    'Phases whose spec says `trajectory: totals` opted out: nothing of their texts is kept, so nothing of them is here.',
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
    `Formats that teach by example hold only attempts that passed their checks, were audited without a major finding, landed as they were proposed, and were not rolled back${survivalText(origin)}. Preference formats compare attempts at the same phase spec whose scores differ by 0.15 or more.`,
    ...judgeLines(origin),
    ...profileLines(origin),
    '',
  ];
  return lines.join('\n');
}

function nameOf(file: string): string {
  return file.replace(/\.(?:train|test)\.(?:jsonl|parquet)$/, '');
}

function licenceLines({ licence, licences }: DatasetOrigin): readonly string[] {
  const known =
    licence === null
      ? 'The licence of the repository is not known.'
      : `The repository is under ${licence.licence} (${licence.from === 'declared' ? 'declared in the configuration' : `read from ${licence.from}`}).`;
  const rule =
    licences.length === 0
      ? 'No licence was kept out.'
      : `Only what is under ${licences.join(', ')} went in; files that name another licence in an SPDX tag keep what shows them out.`;
  return [known, rule];
}

function survivalText({ survivalDays }: DatasetOrigin): string {
  if (survivalDays === null) return '';
  return `; where ${survivalDays} days have passed since, at least half of their lines were still there`;
}

function judgeLines({ judge }: DatasetOrigin): readonly string[] {
  if (judge === null) return [];
  return [
    '',
    `Attempts at one phase spec were judged by ${judge.model} (${judge.kind}). Its rewards stand in the group formats beside what was run and signed (\`independent_reward\`); attempts that no score sets apart are paired where its marks differ by 0.2 or more, never against their scores.`,
  ];
}

function profileLines({ profile }: DatasetOrigin): readonly string[] {
  if (profile === null) return [];
  const processors = profile.logitProcessors.map(
    ({ name, purpose, bias, texts }) =>
      `- ${name}: ${purpose} Bias ${bias} on ${texts.map((text) => `\`${text}\``).join(', ')}.`,
  );
  return [
    '',
    '## Profile',
    '',
    `Final replies are in the form \`${profile.name}\`: ${profile.summary}`,
    ...(processors.length === 0 ? [] : ['', 'A server of the trained model is to use:', '', ...processors]),
  ];
}
