import { generate } from 'selfsigned';

export interface TestCertificate {
  /** For the server. */
  tls: { key: string; cert: string };
  /** For clients. */
  ca: string;
}

/** A certificate authority and a certificate for 127.0.0.1 that it signed, for clients that insist on TLS. */
export async function createCertificate(): Promise<TestCertificate> {
  const authority = await generate([{ name: 'commonName', value: 'Loopback test authority' }], {
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
  return { tls: { key: server.private, cert: server.cert }, ca: authority.cert };
}
