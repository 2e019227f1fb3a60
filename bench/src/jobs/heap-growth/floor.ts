import { open } from '../speech-to-text/floor.ts';
import type { Listen } from './listeners.ts';

/** LiveKit's base class, as where its CPU is measured. */
export const listen: Listen = async (baseURL, transcribed) =>
  open('openai', baseURL.replace(/\/v1$/, ''), { interim: () => {}, final: () => transcribed(), message: () => {} });
