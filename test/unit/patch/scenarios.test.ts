import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { applyReply } from '../../../src/patch/batch.ts';
import { applyWithGit } from './git-apply.ts';
import { changedFiles, readTree } from './trees.ts';

const scenarios = path.join(import.meta.dirname, '../../scenarios/patch');
const refusedSchema = z.strictObject({
  code: z.string(),
  hunk: z.int().optional(),
  reason: z.string().optional(),
  candidates: z.array(z.int()).optional(),
});

describe('Patch scenarios', () => {
  for (const name of fs.readdirSync(scenarios).sort()) {
    const folder = path.join(scenarios, name);
    const reply = fs.readFileSync(path.join(folder, 'reply.txt'), 'utf8');
    const before = readTree(path.join(folder, 'before'));
    const refused = path.join(folder, 'refused.json');
    if (fs.existsSync(refused)) {
      it(`${name}: refuses and changes nothing`, () => {
        expectRefusal(applyReply(reply, before), refusedSchema.parse(JSON.parse(fs.readFileSync(refused, 'utf8'))));
      });
      continue;
    }
    it(`${name}: gives the expected tree, and git gives the same`, () => {
      const applied = applyReply(reply, before);
      assert.ok(applied.ok, applied.ok ? '' : JSON.stringify(applied.fault, null, 1));
      const after = readTree(path.join(folder, 'after'));
      assert.deepEqual(changedFiles(before, applied.value.patch.files), after);
      assert.deepEqual(applyWithGit(before, applied.value.patch.text), after);
    });
  }
});

function expectRefusal(applied: ReturnType<typeof applyReply>, expected: z.infer<typeof refusedSchema>): void {
  assert.ok(!applied.ok, 'the patch was applied');
  assert.equal(applied.fault.code, expected.code);
  if (applied.fault.code !== 'patch/does-not-apply') return;
  const [first] = applied.fault.rejections;
  if (expected.hunk !== undefined) assert.equal(first?.hunk, expected.hunk);
  if (expected.reason !== undefined) assert.ok(first?.reason.includes(expected.reason), first?.reason);
  if (expected.candidates !== undefined) assert.deepEqual(first?.candidates, expected.candidates);
}
