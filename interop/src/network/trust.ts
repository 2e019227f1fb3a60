import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** As if the process had been started with NODE_EXTRA_CA_CERTS, while something happens. */
export async function trusting<T>(ca: string, happens: () => Promise<T>): Promise<T> {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, ca]);
  try {
    return await happens();
  } finally {
    setDefaultCACertificates(before);
  }
}
