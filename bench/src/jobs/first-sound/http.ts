import { Agent, request } from 'node:http';
import { speechBody, speechPath } from './voice.ts';

const agent = new Agent({ keepAlive: true });

/** One request by hand. */
export function post(url: string, text: string, audio: (bytes: Buffer) => void): Promise<void> {
  const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = request(url + speechPath, { method: 'POST', agent, headers }, (response) => {
      response.on('data', audio);
      response.on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(speechBody(text));
  });
}
