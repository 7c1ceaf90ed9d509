import { z } from 'zod';
import type { PriceOrigin } from '../domain/money.ts';
import type { Connection } from './connection.ts';
import { parseRow } from './texts.ts';

/** Where the price of a model's calls in a run comes from. */
export interface ModelPrice {
  readonly model: string;
  readonly price: PriceOrigin;
}

const priceRow = z.object({ model: z.string(), price_source: z.string(), price_date: z.string().nullable() });

/** One for each model whose price is known; of several, the price of its last call. */
export function readPrices(connection: Connection, runId: string): readonly ModelPrice[] {
  // The two bare columns are those of the row that has the maximum.
  const rows = connection.all(
    `SELECT model, price_source, price_date, max(started_ms) AS last_ms FROM calls
     WHERE run_id = :runId AND price_source IS NOT NULL GROUP BY model ORDER BY model`,
    { runId },
  );
  return rows.map((row) => {
    const { model, price_source: source, price_date: date } = parseRow(connection.file, priceRow, row);
    return { model, price: { source, date } };
  });
}
