import { art, artGroups } from './art.ts';
import { atif } from './atif.ts';
import { attemptFeatures } from './attempt-features.ts';
import type { ExportFormat } from './format.ts';
import { openaiDpo, openaiRft, openaiSft } from './openai.ts';
import { sharegpt } from './sharegpt.ts';
import { trlDpo, trlGrpo, trlKto, trlSft, trlSpin } from './trl.ts';

/** Every format that training data can be written in and judged by. */
export const exportFormats: readonly ExportFormat[] = [
  trlSft,
  trlDpo,
  trlKto,
  trlGrpo,
  trlSpin,
  sharegpt,
  openaiSft,
  openaiDpo,
  openaiRft,
  art,
  artGroups,
  atif,
  attemptFeatures,
];

export function formatNamed(name: string): ExportFormat | null {
  return exportFormats.find((format) => format.name === name) ?? null;
}
