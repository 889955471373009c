export * from './errors.ts';
export * from './free-port.ts';
export * from './nats-server.ts';
export * from './service-process.ts';
export * from './stack.ts';
