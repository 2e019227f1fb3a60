import { generate } from 'selfsigned';

/** A certificate authority that nobody but a test trusts, and what it vouched for. */
export interface Authority {
  /** PEM, for clients. */
  ca: string;
  /** Of 127.0.0.1, for servers. */
  tls: { key: string; cert: string };
}

/** Software that insists on TLS must trust somebody. */
export async function createAuthority(): Promise<Authority> {
  const authority = await generate([{ name: 'commonName', value: 'Authority of a test' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { ca: authority.cert, tls: { key: server.private, cert: server.cert } };
}
