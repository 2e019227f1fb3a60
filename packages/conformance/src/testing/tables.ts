import { queryObjects } from 'node:v8';

/** So many that what the test runner itself makes meanwhile does not count. */
const samples = 300;

/** What is open, and can be closed. */
interface Open {
  close(): void | Promise<void>;
}

/** Maps and sets that each of many holds before anything happens: an empty one takes 150 bytes. */
export async function tablesOf(open: () => Open): Promise<number> {
  const count = (): number => queryObjects(Map, { format: 'count' }) + queryObjects(Set, { format: 'count' });
  const before = count();
  const all = Array.from({ length: samples }, open);
  const tables = (count() - before) / samples;
  await Promise.all(all.map(async (each) => each.close()));
  return tables;
}
