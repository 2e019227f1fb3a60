/** Nothing of the machine that runs this decides where a model connects. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}
