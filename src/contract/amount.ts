import { z } from 'zod';
import { type Cost, type CostLabel, costLabelSchema, formatCost } from '../domain/money.ts';
import { localize } from './words.ts';

export const amountSchema = z.object({
  /** With its mark, such as `= $1.02`. */
  text: z.string(),
  label: costLabelSchema,
  /** For the tooltip and for screen readers: the amount and, in a word, how sure it is. */
  spoken: z.string(),
});
/** Money as a view shows it. */
export type Amount = z.infer<typeof amountSchema>;

const words: () => Record<CostLabel, string> = () => ({
  billed: localize('billed by the provider'),
  computed: localize('computed from list prices'),
  estimated: localize('estimated'),
  unknown: localize('not all prices are known'),
});

export function amountOf(cost: Cost): Amount {
  const text = formatCost(cost, localize);
  return { text, label: cost.label, spoken: `${text.slice(2)}, ${words()[cost.label]}` };
}
