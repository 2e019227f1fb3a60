import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type * as SelfSigned from 'selfsigned';

/** An authority, what it signed, and what it did not. */
export interface Certificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly good: SecureContext;
  /** By the name of the fault. */
  readonly bad: Readonly<Record<string, SecureContext>>;
}

let made: Promise<Certificates> | undefined;

/** The same for every cloud of a process: making them takes a moment. */
export function certificates(): Promise<Certificates> {
  return (made ??= make());
}

const DAY_MS = 86_400_000;
const elliptic = { keyType: 'ec', algorithm: 'sha256' } as const;
const here = [
  { type: 7, ip: '127.0.0.1' },
  { type: 2, value: 'localhost' },
] as const;

type Generate = typeof SelfSigned.generate;

interface Leaf {
  signedBy?: { key: string; cert: string };
  for?: readonly { type: 2 | 7; value?: string; ip?: string }[];
  /** Days from now. */
  ends?: number;
}

async function make(): Promise<Certificates> {
  // Only who wants certificates pays for loading what makes them.
  const { generate } = await import('selfsigned');
  const authority = await generate([{ name: 'commonName', value: 'Loopback fault authority' }], {
    ...elliptic,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
  const signedBy = { key: authority.private, cert: authority.cert };
  const [good, selfSigned, expired, wrongHost] = await Promise.all([
    leaf(generate, { signedBy }),
    leaf(generate, {}),
    leaf(generate, { signedBy, ends: -1 }),
    leaf(generate, { signedBy, for: [{ type: 2, value: 'elsewhere.invalid' }] }),
  ]);
  return {
    ca: authority.cert,
    good,
    bad: { 'tls-self-signed': selfSigned, 'tls-expired': expired, 'tls-wrong-host': wrongHost },
  };
}

async function leaf(generate: Generate, { signedBy, for: names = here, ends = 30 }: Leaf): Promise<SecureContext> {
  const made = await generate([{ name: 'commonName', value: names[0]?.value ?? '127.0.0.1' }], {
    ...elliptic,
    ...(signedBy ? { ca: signedBy } : {}),
    notBeforeDate: new Date(Date.now() - 30 * DAY_MS),
    notAfterDate: new Date(Date.now() + ends * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [...names] },
    ],
  });
  return createSecureContext({ key: made.private, cert: made.cert });
}
