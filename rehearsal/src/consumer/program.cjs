'use strict';
// What somebody does who has installed the plugins, as an ES module or as CommonJS: the two give it what they have loaded.

const { realpathSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

const apiKey = 'sk-of-a-consumer';
/** What every class can be made of: a key, and what one of them cannot do without. */
const options = { apiKey, targetLanguage: 'es' };
/** Packages of which two copies would not know each other's instances. */
const single = [
  '@livekit/agents',
  '@livekit/rtc-node',
  '@patchbay/plugin-kit',
  '@patchbay/ws-session',
  '@patchbay/ws-url',
];

/** Makes one of every class, checks what it is an instance of, and holds a turn. Prints what came of it, as JSON. */
exports.consume = async ({ agents, loopback, plugins }) => {
  agents.initializeLogger({ pretty: false, level: 'silent' });
  const bases = [agents.stt.STT, agents.tts.TTS, agents.llm.LLM, agents.llm.RealtimeModel, agents.llm.DuplexModel];
  const classes = Object.entries(plugins).flatMap(([plugin, exported]) => {
    const found = classesOf(exported, bases);
    if (found.length === 0) throw new Error(`${plugin} exports no class that LiveKit could use`);
    for (const [name, Class] of found) {
      const made = new Class(options);
      if (!bases.some((Base) => made instanceof Base))
        throw new Error(`${plugin}: ${name} is no instance of LiveKit's`);
    }
    return found.map(([name]) => `${plugin}: ${name}`);
  });
  const names = Object.keys(plugins);
  const copies = single.flatMap((name) => copiesOf(name, names));
  if (copies.length > 0) throw new Error(`more than one copy is loaded: ${copies.join(', ')}`);
  console.log(JSON.stringify({ classes, heard: await turn(agents, loopback, plugins) }));
};

/** What can be made of what a plugin exports, in its namespaces too. */
function classesOf(exported, bases, path = '') {
  return Object.entries(exported).flatMap(([name, value]) => {
    if (name === 'default' || name === 'module.exports') return [];
    if (typeof value === 'object' && value !== null && path === '') return classesOf(value, bases, `${name}.`);
    if (typeof value !== 'function') return [];
    const isCalledSo = /^[A-Z].*(STT|TTS|LLM|Model)(v\d+)?$|^(STT|TTS|LLM)(v\d+)?$/.test(name);
    return isCalledSo || bases.some((Base) => value.prototype instanceof Base) ? [[path + name, value]] : [];
  });
}

/** Where a package lies for each plugin that finds it, if that is more than one place. */
function copiesOf(name, plugins) {
  const here = createRequire(join(process.cwd(), 'index.js'));
  const places = plugins.flatMap((plugin) => {
    const from = createRequire(here.resolve(plugin));
    try {
      return [realpathSync(dirname(from.resolve(name)))];
    } catch {
      return []; // not all need all
    }
  });
  const different = [...new Set(places)];
  return different.length > 1 ? different : [];
}

/** A model is asked, a voice says its answer, an ear hears it: all of them in the cloud that came from the registry. */
async function turn(agents, loopback, plugins) {
  const cloud = await loopback.startLoopback({ voice: 'plain' });
  const { '@patchbay/openai': openai, '@patchbay/soniox': soniox, '@patchbay/deepgram': deepgram } = plugins;
  const { origin } = new URL(cloud.url);
  const model = new openai.responses.LLM({ apiKey, baseURL: cloud.url });
  const voice = new soniox.TTS({ apiKey, baseUrl: origin });
  const ear = new deepgram.STT({ apiKey, baseUrl: origin });
  try {
    const chatCtx = agents.llm.ChatContext.empty();
    chatCtx.addMessage({ role: 'user', content: 'Hello' });
    let answer = '';
    for await (const chunk of model.chat({ chatCtx })) answer += chunk.delta?.content ?? '';
    if (answer.trim() === '') throw new Error('the model has no answer');
    const frames = [];
    for await (const { frame } of voice.synthesize(answer)) frames.push(frame);
    if (frames.length === 0) throw new Error('the voice says nothing');
    const { alternatives } = await ear.recognize(frames);
    const heard = alternatives?.[0]?.text ?? '';
    if (heard === '') throw new Error(`the ear does not hear "${answer}"`);
    return heard;
  } finally {
    await Promise.all([model.aclose?.(), voice.close(), ear.close()]);
    await cloud.close();
  }
}
