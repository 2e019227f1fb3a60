/** What a worker's process is told, beside what LiveKit and the agent's file read themselves. */
export interface WorkerSettings {
  /** The path of the agent's file. */
  agent: string;
  /** Where the worker is asked whether it is there. */
  port: number;
  /** How many calls it has room for. */
  calls: number;
}

export function workerSettings(): WorkerSettings {
  return JSON.parse(process.env.WORKER_SETTINGS ?? '{}') as WorkerSettings;
}

export function workerEnvironment(settings: WorkerSettings): Record<string, string> {
  return { WORKER_SETTINGS: JSON.stringify(settings) };
}
