/** What can be done to a stream of bytes: https://github.com/Shopify/toxiproxy#toxics */
export type Toxic = 'bandwidth' | 'latency' | 'limit_data' | 'reset_peer' | 'slicer' | 'slow_close' | 'timeout';
type Direction = 'upstream' | 'downstream';

/** One proxy of a Toxiproxy, by its HTTP API. */
export class Toxics {
  readonly #api: string;

  constructor(api: string) {
    this.#api = api;
  }

  async lead(from: string, to: string): Promise<void> {
    await this.#post('/proxies', { name: 'provider', listen: from, upstream: to });
  }

  /** Holds for connections that are open, too. */
  async add(type: Toxic, attributes: Record<string, number>, direction: Direction = 'downstream'): Promise<void> {
    await this.#post('/proxies/provider/toxics', { name: `${type}-${direction}`, type, stream: direction, attributes });
  }

  /** Lets nobody in any more and ends what is open, until {@link cure}. */
  async shut(): Promise<void> {
    await this.#post('/proxies/provider', { enabled: false });
  }

  /** From now on nothing goes wrong. */
  async cure(): Promise<void> {
    await this.#post('/reset', {});
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.#api}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`Toxiproxy answered ${response.status} to ${path}: ${await response.text()}`);
    await response.body?.cancel();
  }
}
