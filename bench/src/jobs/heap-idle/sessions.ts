/** Opens one session more; it lives as long as the process. */
export type Open = () => unknown;

/** What opens sessions at a base URL, by the variant. */
export type Makers = Readonly<Record<string, (baseURL: string) => Open>>;

export const apiKey = 'sk-bench';
