export { listenWith, type Listening } from '@patchbay/conformance/testing';

export const sampleRate = 16_000;
export const apiKey = 'dg-test-key';
