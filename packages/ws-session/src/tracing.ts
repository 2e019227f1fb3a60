import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { Connection, PatchbayError } from '@patchbay/ws-url';

const NAME = '@patchbay/ws-session';

/** The span of one physical socket. Says where and how it went; never what was said, a query or a secret. */
export class SocketSpan {
  readonly #span: Span;
  readonly #context: Context;
  #ended = false;

  constructor(tracer: Tracer | undefined, parent: Context, connection: Connection) {
    const { endpoint, redacted } = connection;
    this.#span = (tracer ?? trace.getTracer(NAME)).startSpan(
      `${endpoint.provider} ${endpoint.capability} socket`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          ...addressOf(redacted),
          'patchbay.provider': endpoint.provider,
          'patchbay.capability': endpoint.capability,
          'patchbay.gateway': connection.row.name,
        },
      },
      parent,
    );
    // One that nobody records is nobody's parent, and every context is a copy of the one before.
    this.#context = this.#span.isRecording() ? trace.setSpan(parent, this.#span) : parent;
  }

  /** Runs with this span as the active one, so that what a credential callback does is seen beneath it. */
  within<T>(work: () => T): T {
    // Even the same context entered again is a copy that the socket would hold.
    return context.active() === this.#context ? work() : context.with(this.#context, work);
  }

  opened(): void {
    this.#span.addEvent('open');
  }

  refused(status: number): void {
    this.#span.setAttribute('http.response.status_code', status);
  }

  failed(error: PatchbayError): void {
    if (this.#ended) return;
    this.#span.setAttribute('error.type', error.code);
    // The message may quote what the provider said, which may quote the caller.
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: error.code });
  }

  /** The socket is gone, with its close code; `undefined`: it never came to be. */
  end(closeCode: number | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    if (closeCode !== undefined) this.#span.setAttribute('patchbay.close_code', closeCode);
    this.#span.end();
  }
}

/** Scheme, query and credentials are nobody's business. */
function addressOf(redacted: string): Attributes {
  if (!URL.canParse(redacted)) return {};
  const { hostname, port, pathname } = new URL(redacted);
  return { 'server.address': hostname, ...(port === '' ? {} : { 'server.port': Number(port) }), 'url.path': pathname };
}
