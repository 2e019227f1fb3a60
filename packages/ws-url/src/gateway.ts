import { PatchbayError } from './errors.ts';
import { checkCredential } from './credential.ts';
import { checkHeaders } from './header.ts';
import { parseBase } from './join.ts';
import { parametersOf } from './query.ts';
import { redactUrl } from './scrub.ts';
import { checkModel } from './model.ts';
import type { Gateway, GatewayOptions, GatewayRow, Query } from './types.ts';

/** Shared by the ESM and the CommonJS copy of this package, so that a gateway made by one works in the other. */
const settings: unique symbol = Symbol.for('patchbay.gateway') as never;

/** What the user told a gateway. Only the connection reads it. */
export interface GatewaySettings extends Omit<GatewayOptions, 'baseURL' | 'named'> {
  readonly baseURL: string;
  /** The option that `baseURL` came from, for messages. */
  readonly baseOption: string;
  /** The option that `apiKey` came from, for messages. */
  readonly keyOption: string;
  /** What the gateway calls the model of the class. */
  readonly deployment?: string | undefined;
  /** Query of a custom row, which stands with the row's and not with the user's. */
  readonly rowQuery?: Query;
}

/**
 * Puts a row and a user's settings together. The settings live in a closure behind a property that is not
 * enumerable: neither `console.log` nor `JSON.stringify` nor `util.inspect` can reach them.
 *
 * @throws PatchbayError `invalid-option`, `invalid-url` or `missing-credential`, naming the option and not its value.
 */
export function createGateway(
  row: GatewayRow,
  options: GatewayOptions & { deployment?: string | undefined },
  rowQuery?: Query,
): Gateway {
  const baseURL = options.baseURL === undefined ? row.base : options.baseURL;
  if (baseURL === undefined)
    throw new PatchbayError('invalid-option', `\`gateway.baseURL\` is missing: where does ${row.title} stand?`);
  const { baseURL: baseOption = 'gateway.baseURL', apiKey: keyOption = 'gateway.apiKey' } = options.named ?? {};
  const hidden: GatewaySettings = Object.freeze({
    baseURL,
    baseOption,
    apiKey: checkCredential(options.apiKey, keyOption)?.credential,
    keyOption,
    providerKey: checkCredential(options.providerKey, 'gateway.providerKey')?.credential,
    headers: Object.freeze(checkHeaders(options.headers, 'gateway.headers')),
    query: options.query,
    deployment: checkModel(options.deployment, 'gateway.deployment'),
    rowQuery,
  });
  parametersOf(options.query, 'gateway.query');
  parametersOf(rowQuery, 'row.query');
  const gateway = { row, baseURL: redactUrl(parseBase(baseURL, baseOption)) };
  Object.defineProperty(gateway, settings, { value: () => hidden });
  return Object.freeze(gateway);
}

/** The settings of a gateway made by any copy of this package. */
export function settingsOf(gateway: Gateway): GatewaySettings {
  const read = (gateway as unknown as Record<symbol, unknown> | null)?.[settings];
  if (typeof read === 'function') return (read as () => GatewaySettings)();
  throw new PatchbayError(
    'invalid-option',
    '`gateway` must be one of `gateways`, e.g. `gateways.litellm({ baseURL, apiKey })`.',
  );
}
