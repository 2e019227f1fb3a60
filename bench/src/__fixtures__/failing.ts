import { expectSame, runClient } from '../client.ts';

await runClient(async () => {
  expectSame('words', 1, 2);
  return { bytes: 1 };
});
