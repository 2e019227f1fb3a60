import { runClient } from '../client.ts';

await runClient(async ({ mode, port }) => {
  const answer = await fetch(`http://127.0.0.1:${port}/${mode}`);
  return { bytes: (await answer.text()).length };
});
