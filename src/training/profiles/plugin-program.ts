/**
 * What runs in a profile's own process, as a text, so that no file has to be found for it. It is told the source once,
 * then replies; it answers each message. Whatever could reach beyond it is taken away before the source is loaded: it
 * imports nothing, reads no file (Node's permission model), and has neither a network nor an environment.
 */
export const pluginProgram = `
import { registerHooks } from 'node:module';
const refuse = (name) => { throw new Error('a profile imports nothing, not even ' + name); };
let own = null;
registerHooks({ resolve: (name, context, next) => (name === own ? next(name, context) : refuse(name)) });
for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator']) delete globalThis[name];
const answer = process.send.bind(process);
const on = process.on.bind(process);
on('disconnect', () => process.exit(0));
for (const name of ['getBuiltinModule', 'binding', '_linkedBinding', 'dlopen', 'send', 'kill', '_kill', '_debugProcess']) {
  Object.defineProperty(process, name, { value: undefined });
}
let profile;
const load = async (source) => {
  own = 'data:text/javascript;base64,' + source;
  const module = await import(own);
  own = null;
  if (typeof module.transform !== 'function') throw new Error('it exports no function \`transform\`');
  if (module.validate !== undefined && typeof module.validate !== 'function') throw new Error('its \`validate\` is no function');
  profile = module;
  const { summary = '', systemPrompt = null, metadata = {}, logitProcessors = [] } = module;
  return { summary, systemPrompt, metadata, logitProcessors };
};
const form = async (replies) => {
  const once = async (list) => {
    const made = [];
    for (const { reply, place } of list) {
      const formed = await profile.transform(reply, Object.freeze({ ...place }));
      if (typeof formed !== 'string') throw new Error('its transform returned no text');
      made.push(formed);
    }
    return made;
  };
  const first = await once(replies);
  // The other way round, so that what it remembers of one reply would show in another.
  const second = (await once([...replies].reverse())).reverse();
  const changed = first.findIndex((reply, at) => reply !== second[at]);
  if (changed !== -1) throw new Error('its transform is not deterministic: reply ' + replies[changed].place.index + ' came out otherwise the second time');
  const again = await once(replies.map(({ place }, at) => ({ reply: first[at], place })));
  const moved = first.findIndex((reply, at) => reply !== again[at]);
  if (moved !== -1) throw new Error('its transform is not idempotent: reply ' + replies[moved].place.index + ' changed again');
  const formed = [];
  for (const reply of first) {
    const problems = profile.validate ? await profile.validate(reply) : [];
    if (!Array.isArray(problems) || problems.some((problem) => typeof problem !== 'string')) throw new Error('its validate returned no list of sentences');
    formed.push({ reply, problems });
  }
  return formed;
};
on('message', async ({ id, source, replies }) => {
  try {
    answer({ id, ok: true, value: source === undefined ? await form(replies) : await load(source) });
  } catch (error) {
    answer({ id, ok: false, detail: String(error?.message ?? error).slice(0, 500) });
  }
});
`;
