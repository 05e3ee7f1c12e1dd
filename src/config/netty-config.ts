// NettyServerConfig and NettyClientConfig: the listening and the calling side of connections.

import { isHost } from './checks.js';
import { bool, effect, fixed, int, long, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const NETTY_SERVER_CONFIG = {
  bindAddress: text('0.0.0.0', '', { effect, fixed, ...isHost }),
  listenPort: int(0, '', { effect, fixed, min: 0, max: 65535 }),
  serverWorkerThreads: int(8, ''),
  serverCallbackExecutorThreads: int(0, ''),
  serverSelectorThreads: int(3, ''),
  serverOnewaySemaphoreValue: int(256, ''),
  serverAsyncSemaphoreValue: int(64, ''),
  serverChannelMaxIdleTimeSeconds: int(120, '', { effect, min: 1 }),
  serverSocketSndBufSize: int(0, ''),
  serverSocketRcvBufSize: int(0, ''),
  writeBufferHighWaterMark: int(0, ''),
  writeBufferLowWaterMark: int(0, ''),
  serverSocketBacklog: int(1024, ''),
  serverNettyWorkerGroupEnable: bool(true, ''),
  serverPooledByteBufAllocatorEnable: bool(true, ''),
  enableShutdownGracefully: bool(false, ''),
  shutdownWaitTimeSeconds: int(30, ''),
  useEpollNativeSelector: bool(false, ''),
} satisfies Table;

export type NettyServerConfig = ConfigOf<typeof NETTY_SERVER_CONFIG>;

// prettier-ignore
export const NETTY_CLIENT_CONFIG = {
  clientWorkerThreads: int(4, ''),
  clientCallbackExecutorThreads: int(0, '', { from: (host) => host.cores, fromText: 'cores' }),
  clientOnewaySemaphoreValue: int(65535, ''),
  clientAsyncSemaphoreValue: int(65535, ''),
  connectTimeoutMillis: int(3000, '', { effect, min: 1 }),
  channelNotActiveInterval: long(60000, ''),
  isScanAvailableNameSrv: bool(true, '', { aliases: ['scanAvailableNameSrv'] }),
  clientChannelMaxIdleTimeSeconds: int(120, ''),
  clientSocketSndBufSize: int(0, ''),
  clientSocketRcvBufSize: int(0, ''),
  clientPooledByteBufAllocatorEnable: bool(false, ''),
  clientCloseSocketIfTimeout: bool(true, ''),
  useTLS: bool(false, ''),
  socksProxyConfig: text('{}', ''),
  writeBufferHighWaterMark: int(0, ''),
  writeBufferLowWaterMark: int(0, ''),
  disableCallbackExecutor: bool(false, ''),
  disableNettyWorkerGroup: bool(false, ''),
  maxReconnectIntervalTimeSeconds: long(60, ''),
  enableReconnectForGoAway: bool(true, ''),
} satisfies Table;

export type NettyClientConfig = ConfigOf<typeof NETTY_CLIENT_CONFIG>;
