/** Every decoder of this plugin that meets the network, for `pnpm fuzz`. Not part of the package. */
export { targets } from './__fixtures__/fuzz/index.ts';
