import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

const exporter = new InMemorySpanExporter();

/** Everything that is traced in this process ends here. */
export function collectSpans(): void {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
}

/** What was traced since the last time, as an exporter would send it. */
export function takeSpans(): string {
  const spans = exporter.getFinishedSpans().map(({ name, attributes, events, status, links, resource }) => ({
    name,
    attributes,
    events,
    status,
    links: links.map((link) => link.attributes),
    resource: resource.attributes,
  }));
  exporter.reset();
  return JSON.stringify(spans);
}
