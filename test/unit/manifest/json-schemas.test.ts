import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import { type FileKind, fileKinds, fileSchemas } from '../../../src/domain/file-schemas.ts';
import { fileGlobs, fileKindOf } from '../../../src/manifest/file-kinds.ts';
import { contributedValidation, jsonSchemaOf, schemaFiles } from '../../../src/manifest/json-schemas.ts';

const validatorOf = (kind: FileKind) => {
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  return ajv.compile(jsonSchemaOf(kind));
};

describe('generated JSON Schemas', () => {
  it('stand in their files as the schemas of the domain say', () => {
    for (const { file, text } of schemaFiles())
      assert.ok(readFileSync(file, 'utf8') === text, `${file} is stale: run \`npm run manifest\`.`);
  });

  it('are all that lie there', () => {
    const files = globSync('media/schemas/*').map((file) => file.replaceAll('\\', '/'));
    assert.deepEqual(
      files.sort(),
      schemaFiles()
        .map(({ file }) => file)
        .sort(),
    );
  });

  it('take the example as it is', () => {
    const files = globSync('examples/hello-service/.countersign/{phases,plans}/*.yaml');
    assert.ok(files.length >= 4);
    for (const file of files) {
      const validate = validatorOf(fileKindOf(file) as FileKind);
      assert.ok(validate(parse(readFileSync(file, 'utf8'))), `${file}: ${JSON.stringify(validate.errors)}`);
    }
  });

  it('ask for no more than the reader does, and refuse what it refuses', () => {
    const good = { id: 'a', goal: 'Do it.' };
    const bad: readonly unknown[] = [
      {},
      { id: 'a' },
      { ...good, extra: 1 },
      { ...good, risk: 'critical' },
      { ...good, verify: ['npm test'] },
      { ...good, budget: { usd: -1 } },
      { ...good, budget: { attempts: 1.5 } },
      [],
      'text',
    ];
    const validate = validatorOf('phase');
    assert.ok(validate(good));
    for (const value of bad) {
      assert.equal(fileSchemas.phase.safeParse(value).success, false, JSON.stringify(value));
      assert.equal(validate(value), false, JSON.stringify(value));
    }
  });

  it('are contributed for every place their files may lie in', () => {
    const { yamlValidation, jsonValidation } = contributedValidation();
    const matched = [...yamlValidation, ...jsonValidation].map(({ fileMatch }) => fileMatch);
    assert.deepEqual(matched.sort(), fileKinds.flatMap((kind) => fileGlobs[kind]).sort());
    assert.ok(jsonValidation.every(({ fileMatch }) => fileMatch.endsWith('.json')));
  });
});

describe('the kind of a file', () => {
  it('is told by where it lies', () => {
    const places: readonly (readonly [string, FileKind])[] = [
      ['/app/.countersign/phases/a.yaml', 'phase'],
      ['C:\\app\\.countersign\\phases\\a.yml', 'phase'],
      ['/app/.countersign/phases/a.json', 'phase'],
      ['/app/.countersign/plans/a.yaml', 'plan'],
      ['/app/.countersign/config.yaml', 'config'],
      ['.countersign/catalogue.yaml', 'catalogue'],
      ['/app/.countersign/stacks/go.yaml', 'stack'],
      ['/app/.countersign/auditors/licences.yaml', 'reviewer'],
    ];
    for (const [file, kind] of places) assert.equal(fileKindOf(file), kind, file);
  });

  it('is none anywhere else', () => {
    const others = [
      '/app/phases/a.yaml',
      '/app/.countersign/phases/deeper/a.yaml',
      '/app/.countersign/phases/notes.md',
      '/app/.countersign/config.yml',
      '/app/x.countersign/config.yaml',
      '/app/.countersign/constructor',
      '',
    ];
    for (const file of others) assert.equal(fileKindOf(file), null, file);
  });
});
