import { EngineError } from '../../domain/engine-error.ts';
import type { TokenWishes } from '../../models/token-bias.ts';
import { builtInProfiles } from '../../training/profiles/registry.ts';

/**
 * What the profile that a model was trained with asks of the next token, null for nothing. Throws `config/invalid` for a
 * profile that is none of the built-in ones: no program of a workspace is run to ask a model.
 */
export function tokenWishesOf(profiles: Readonly<Record<string, string>>, id: string): TokenWishes | null {
  const name = Object.hasOwn(profiles, id) ? profiles[id] : undefined;
  if (name === undefined) return null;
  const profile = builtInProfiles.find((each) => each.name === name);
  if (!profile) {
    const known = builtInProfiles.map((each) => each.name).join(', ');
    const problem = `\`models.profiles\` names the profile \`${name}\` for \`${id}\`; the built-in ones are ${known}`;
    throw new EngineError({ code: 'config/invalid', problem, at: { file: 'configuration', line: null, column: null } });
  }
  const texts = profile.logitProcessors.flatMap(({ texts: each, bias }) => each.map((text) => ({ text, bias })));
  return texts.length === 0 ? null : { profile: name, texts };
}
