import type { Catalogue, ReuseOption } from '../domain/catalogue.ts';
import { acceptsLicence } from '../domain/licence.ts';

/** A feature with what may be reused for it under the catalogue's rules, best mark first, and what may not, and why. */
export interface ReusableFeature {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly allowed: readonly ReuseOption[];
  readonly refused: readonly { readonly option: ReuseOption; readonly reason: string }[];
}

/** Applies the licence and quality rules. The rules are code: a planner is only ever shown what they let through. */
export function reusableFeatures({ features, licences, quality }: Catalogue): readonly ReusableFeature[] {
  const accepted = new Set(licences.map((licence) => licence.toLowerCase()));
  return features.map(({ id, title, description, options }) => {
    const judged = options.map((option) => ({ option, reason: refusal(option, accepted, quality) }));
    return {
      id,
      title,
      description: description ?? null,
      allowed: judged
        .filter(({ reason }) => reason === null)
        .map(({ option }) => option)
        .sort((a, b) => b.quality - a.quality || (a.name < b.name ? -1 : 1)),
      refused: judged.flatMap(({ option, reason }) => (reason === null ? [] : [{ option, reason }])),
    };
  });
}

function refusal(option: ReuseOption, licences: ReadonlySet<string>, quality: number): string | null {
  if (!acceptsLicence(option.licence, licences)) return `licence ${option.licence} is not among the accepted ones`;
  return option.quality < quality ? `its mark ${option.quality} is under ${quality}` : null;
}
