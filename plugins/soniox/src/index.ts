import { registerPlugin } from './plugin.ts';

registerPlugin();

export { PatchbayError } from '@patchbay/ws-url';
