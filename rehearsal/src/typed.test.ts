import { expect, it } from 'vitest';
import { complaintsOutside } from './typed.ts';

const livekit = "node_modules/@livekit/agents/dist/utils.d.ts(3,27): error TS7016: Could not find 'ws'.";
const inStore =
  "node_modules/.pnpm/a@1/node_modules/@livekit/agents/dist/llm.d.ts(1,1): error TS7016: No 'json-schema'.";
const ours = "node_modules/@patchbay/openai/dist/index.d.ts(1,1): error TS7016: Could not find 'ws'.";

it('an error anywhere but in LiveKit’s declarations is ours, and so is one that names no file', () => {
  expect(complaintsOutside([livekit, inStore, '  The file is here.'].join('\n'), '@livekit/agents')).toEqual([]);
  const settings = "error TS2688: Cannot find type definition file for 'node'.";
  expect(complaintsOutside([livekit, ours, settings].join('\n'), '@livekit/agents')).toEqual([ours, settings]);
});
