import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { evidenceMatrix } from '../../../src/domain/evidence-matrix.ts';
import { riskLevels } from '../../../src/domain/risk.ts';
import { decide } from '../../../src/engine/decide.ts';
import { boundsOf } from '../../../src/engine/strategy.ts';
import { builtInStrategy, checkOf, lowRisk, reportOf, specOf } from '../engine/evidence.ts';
import { review } from './support.ts';

const folder = path.resolve(import.meta.dirname, '..', '..', 'scenarios', 'audit');

/** One file each: a change, what models answer, and what must come of it. */
const scenarioSchema = z.strictObject({
  about: z.string(),
  spec: z.record(z.string(), z.unknown()).default({}),
  care: z.enum(riskLevels).default('low'),
  check: z.enum(['passed', 'failed']).default('passed'),
  output: z.string().default('ok'),
  change: z.record(z.string(), z.tuple([z.string().nullable(), z.string().nullable()])),
  replies: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  expect: z.strictObject({
    verdict: z.enum(['land', 'review', 'revise', 'stop']),
    findings: z.array(z.string()),
    aside: z.array(z.string()).default([]),
    criteria: z.array(z.string()).default([]),
  }),
});

describe('audit scenarios', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  it('are there', () => assert.ok(names.length >= 8));

  for (const name of names) {
    const scenario = scenarioSchema.parse(parse(readFileSync(path.join(folder, name), 'utf8')));
    it(`${name.replace('.yaml', '')}: ${scenario.about}`, async () => {
      const { change, replies, care, expect } = scenario;
      const spec = specOf(scenario.spec);
      const checks = reportOf(checkOf(scenario.check, scenario.output));
      const { audit, scan, staged } = await review(replies, { change, spec, care, checks });
      const evidence = {
        spec,
        bounds: boundsOf(spec, builtInStrategy),
        scan,
        checks,
        audit,
        staged,
        risk: lowRisk,
        autonomy: 'full',
      } as const;
      const place = (file: string | null, line: number | null) =>
        file === null ? '' : ` ${file}${line === null ? '' : `:${line}`}`;
      assert.deepEqual(
        {
          verdict: decide(evidence).type,
          findings: audit.findings.map(
            ({ severity, category, file, line, component }) =>
              `${severity} ${category}${place(file, line)} by ${component}`,
          ),
          aside: (audit.aside ?? []).map(({ aside, severity, component }) => `${aside} ${severity} by ${component}`),
          criteria: evidenceMatrix({ spec, staged, checks, audit }).map(({ state }) => state),
        },
        expect,
      );
    });
  }
});
