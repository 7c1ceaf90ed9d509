import type { Config } from '../../domain/config.ts';
import { addressOf, placeOf } from '../../models/providers.ts';
import { apiOf, modelEnds } from '../../training/jobs/fine-tuning-api.ts';

const requestMs = 5_000;

/**
 * When the provider of a `PROVIDER/MODEL` ends it, as ISO 8601; null where it announces nothing, does not answer in
 * time, or is no server. Throws nothing.
 */
export async function lookUpEnd(
  id: string,
  models: Config['models'],
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  try {
    const { provider, model } = addressOf(id);
    const place = placeOf(models, provider, environment);
    if (place?.type !== 'server') return null;
    const { baseUrl, keyName } = place;
    const key = async () => (keyName === null ? null : environment[keyName]?.trim() || null);
    const signal = AbortSignal.timeout(requestMs);
    return (await modelEnds(apiOf({ baseUrl, key, requestMs }), model, signal)).serving;
  } catch {
    return null;
  }
}
