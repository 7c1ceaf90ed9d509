import { createBuilder } from '../builder/builder.ts';
import { createKeptFindings } from '../builder/gather/kept-findings.ts';
import { createSurvey } from '../builder/survey/survey.ts';
import { builderTools } from '../builder/tools/registry.ts';
import { createToolbox } from '../builder/tools/toolbox.ts';
import type { Config } from '../domain/config.ts';
import type { PhaseRecord } from '../domain/run.ts';
import type { Builder, LanguageServices, Task } from '../engine/ports/builder.ts';
import type { Verifier } from '../engine/ports/checks.ts';
import type { RunStore } from '../engine/ports/run.ts';
import type { OpenRepository } from '../git/open-repository.ts';
import { matching } from '../patch/scope.ts';
import { surveyInThread } from './survey-thread.ts';
import { surveyWorkerFile } from './survey-worker-file.ts';
import { createToolPowers } from './tool-powers.ts';

export interface BuilderPartsOptions {
  readonly config: Config;
  readonly repository: OpenRepository;
  readonly store: RunStore;
  readonly environment: NodeJS.ProcessEnv;
  /** What only an editor has; null elsewhere. */
  readonly languageServices: LanguageServices | null;
  /** Runs commands of tools: a model's, so never without a sandbox that the user did not switch off. */
  readonly sandboxed: Verifier;
}

/** The Builder with what it looks through and what it may use. */
export function builderOf({
  config,
  repository,
  store,
  environment,
  languageServices,
  sandboxed,
}: BuilderPartsOptions): Builder {
  const { reader, root, stateDirectory } = repository;
  const { contextTokens, distil, tools } = config.builder;
  const here = createSurvey({ reader, directory: stateDirectory, matching });
  const start = { root, directory: stateDirectory, environment: { ...environment } };
  return createBuilder({
    survey: surveyInThread(surveyWorkerFile, start, here),
    reader,
    matching,
    contextTokens,
    distils: distil,
    keptFindings: createKeptFindings(store.events),
    editor: languageServices && { services: languageServices, treeAt: repository.tree },
    outputLimit: config.models.maxOutputTokens,
    phasesBefore: (task) => phasesBefore(store, task),
    toolbox: createToolbox({
      tools: builderTools,
      powers: createToolPowers({ verifier: sandboxed, stateDirectory }),
      reader,
      matching,
      allows: (category) => tools[category],
      turns: tools.turns,
      minutes: tools.minutes,
    }),
  });
}

/** Everything the phase depends on, directly or not, in the order of the plan. */
function phasesBefore(store: RunStore, { scope, spec }: Task): readonly PhaseRecord[] {
  if (spec.dependsOn.length === 0) return [];
  const phases = store.run(scope.runId)?.phases ?? [];
  const wanted = new Set<string>();
  const want = (ids: readonly string[]) => {
    for (const id of ids) {
      if (wanted.has(id)) continue;
      wanted.add(id);
      want(phases.find((phase) => phase.id === id)?.spec.dependsOn ?? []);
    }
  };
  want(spec.dependsOn);
  return phases.filter((phase) => wanted.has(phase.id));
}
