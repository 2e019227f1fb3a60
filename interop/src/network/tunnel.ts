import type { Loopback } from '@patchbay/loopback';
import { createCertificate } from '../../../packages/loopback/src/__fixtures__/certificate.ts';
import type { Stage } from '../stage.ts';
import { startCloud, type Way } from './ways.ts';

/** Whom the proxy lets through. */
export const user = 'caller';
export const password = 'pass-word-of-the-proxy';
/** A name that the proxy has on its list. */
export const forbiddenDomain = 'forbidden.test';

/** A CONNECT proxy, and what is behind it. */
export interface Tunnel {
  /** Of the proxy. */
  port: number;
  secure: Loopback;
  plain: Loopback;
  /** Who vouched for `secure`. */
  ca: string;
  /** Nobody listens there, and the proxy does not mind. */
  deadPort: number;
  /** The proxy leads nobody there. */
  closedPort: number;
}

export async function startClouds(stage: Stage): Promise<Tunnel> {
  const { tls, ca } = await createCertificate();
  const [secure, plain] = await Promise.all([startCloud({ tls }), startCloud()]);
  stage.atEnd(() => Promise.all([secure.close(), plain.close()]));
  const [port, deadPort, closedPort] = await Promise.all([stage.freePort(), stage.freePort(), stage.freePort()]);
  return { port, secure, plain, ca, deadPort, closedPort };
}

/** Through the proxy, to one of the clouds or to wherever else. */
export function through({ port }: Pick<Tunnel, 'port'>, baseURL: string, as: string = `${user}:${password}@`): Way {
  return { baseURL, proxy: `http://${as}127.0.0.1:${port}` };
}
