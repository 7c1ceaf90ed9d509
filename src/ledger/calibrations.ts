import { type Calibration, calibrationSchema } from '../domain/calibration.ts';
import type { Connection } from './connection.ts';
import { parseStored } from './texts.ts';

/** How each reviewer did when it was last calibrated here. */
export function readCalibrations(connection: Connection): readonly Calibration[] {
  return connection
    .all('SELECT result FROM calibrations ORDER BY component, model')
    .map((row) => parseStored(connection.file, calibrationSchema, String(row.result)));
}

export function writeCalibrations(connection: Connection, calibrations: readonly Calibration[]): void {
  connection.transaction(() => {
    for (const calibration of calibrations) {
      connection.run(
        `INSERT OR REPLACE INTO calibrations (component, model, at_ms, result)
         VALUES (:component, :model, :atMs, :result)`,
        {
          component: calibration.component,
          model: calibration.model,
          atMs: Date.parse(calibration.at),
          result: JSON.stringify(calibration),
        },
      );
    }
  });
}
