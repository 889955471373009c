import { openSocket, openTlsSocket } from '@cortex/outbound';
import type { OutboundPolicy, TlsOptions } from '@cortex/outbound';
import { AbstractConnector } from 'ioredis';
import type { RedisOptions } from 'ioredis';

export interface RedisServer {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  readonly outbound: OutboundPolicy;
}

/** In place of the client's own connector, which takes no look-up, and waits for the server when it is to end. */
export function connectorTo({ host, port, tls, outbound }: RedisServer): NonNullable<RedisOptions['Connector']> {
  return class extends AbstractConnector {
    constructor() {
      super(0);
    }

    override async connect() {
      this.connecting = true;
      this.stream = tls === undefined ? openSocket(host, port, outbound) : openTlsSocket(host, port, outbound, tls);
      this.stream.once('error', (error) => (this.firstError = error));
      return this.stream;
    }

    override disconnect(): void {
      this.connecting = false;
      this.stream?.destroy();
    }
  };
}
