import type { Environment, Stage } from './stage.ts';

/** The second wins over the first for what is published here, and nobody should have set it. */
const settings = ['registry', '@patchbay:registry'];

/** Where npm and pnpm would publish to is the registry of this rehearsal; otherwise an error, before anything is sent. */
export async function checkRegistries(asked: {
  stage: Stage;
  /** The folder that is published from: its `.npmrc` counts too. */
  cwd: string;
  env: Environment;
  /** Of the registry of this rehearsal. */
  address: string;
}): Promise<string> {
  const { stage, cwd, env, address } = asked;
  for (const manager of ['npm', 'pnpm'])
    for (const setting of settings) {
      const said = (await stage.run(manager, ['config', 'get', setting], { cwd, env })).trim();
      const isUnset = setting !== 'registry' && said === 'undefined';
      if (said !== address && !isUnset)
        throw new Error(`${manager} would publish to ${said} (${setting}), not to ${address}`);
    }
  return address;
}
