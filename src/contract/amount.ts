import { z } from 'zod';
import { type Cost, type CostLabel, costLabelSchema, formatCost } from '../domain/money.ts';

export const amountSchema = z.object({
  /** With its mark, such as `= $1.02`. */
  text: z.string(),
  label: costLabelSchema,
  /** For the tooltip and for screen readers: the amount and, in a word, how sure it is. */
  spoken: z.string(),
});
/** Money as a view shows it. */
export type Amount = z.infer<typeof amountSchema>;

const words: Record<CostLabel, string> = {
  billed: 'billed by the provider',
  computed: 'computed from list prices',
  estimated: 'estimated',
  unknown: 'not all prices are known',
};

export function amountOf(cost: Cost): Amount {
  const text = formatCost(cost);
  return { text, label: cost.label, spoken: `${text.slice(2)}, ${words[cost.label]}` };
}
