/** How a gateway is configured, as its operator would. A name alone takes all defaults. */
export interface GatewaySettings {
  /** E.g. `litellm`, `litellm@1.105`, `portkey`. */
  name: string;
  /**
   * `http://127.0.0.1:PORT` of the cloud that it stands before: the `origin` of another loopback, whose faults then
   * happen behind the gateway. Default: this one itself.
   */
  upstream?: string;
  /**
   * Aliases the gateway routes, each with the provider's name for it. Default: any name, as it is. LiteLLM: a name that
   * starts with `azure/` is routed as an Azure deployment; without an alias `gpt-realtime-whisper` it has no transcription.
   * Azure: its deployments.
   */
  models?: Readonly<Record<string, string>>;
  /**
   * Azure: Microsoft Entra tokens, each with the end of its life in milliseconds since the epoch, by the clock. Read on
   * every request, so that a test may add some. Default: any bearer that is accepted as a key.
   */
  tokens?: Readonly<Record<string, number>>;
  /** LiteLLM: `enable_openai_websocket_passthrough`. Default false. */
  passthrough?: boolean;
  /** Portkey: lose the first event of every socket, as it does in 2–15 % of connects. Default false. */
  loseFirstEvent?: boolean;
  /** Cloudflare: an authenticated gateway, which wants `cf-aig-authorization`. Default false. */
  authenticated?: boolean;
  /** Helicone: send `OpenAI-Beta: realtime=v1` to the provider, as versions of early 2026 did. Default false. */
  beta?: boolean;
}
