// NettyServerConfig and NettyClientConfig: the listening and the calling side of connections.

import { isHost } from './checks.js';
import { bool, effect, fixed, int, long, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const NETTY_SERVER_CONFIG = {
  bindAddress: text('0.0.0.0', 'Address that is listened on', { effect, fixed, ...isHost }),
  listenPort: int(0, 'Port; 10911 for a broker and 9876 for a name server when not set',
    { effect, fixed, min: 0, max: 65535, fromText: '10911, 9876 for a name server' }),
  serverWorkerThreads: int(8, 'Threads between the sockets and the work'),
  serverCallbackExecutorThreads: int(0, 'Threads for answers to the server\'s own requests'),
  serverSelectorThreads: int(3, 'Threads that read sockets'),
  serverOnewaySemaphoreValue: int(256, 'Requests without answer under way to clients'),
  serverAsyncSemaphoreValue: int(64, 'Requests under way to clients'),
  serverChannelMaxIdleTimeSeconds: int(120, 'A silent connection is closed after this time, in s',
    { effect, fixed, min: 1 }),
  serverSocketSndBufSize: int(0, 'Send buffer of a socket, in bytes; 0 for the system\'s'),
  serverSocketRcvBufSize: int(0, 'Receive buffer of a socket, in bytes; 0 for the system\'s'),
  writeBufferHighWaterMark: int(0,
    'Unsent bytes at which a connection stops taking more; 0 for the default'),
  writeBufferLowWaterMark: int(0, 'Unsent bytes at which it takes more again; 0 for the default'),
  serverSocketBacklog: int(1024, 'Connections that may wait to be accepted'),
  serverNettyWorkerGroupEnable: bool(true, 'Decode in the threads of serverWorkerThreads'),
  serverPooledByteBufAllocatorEnable: bool(true, 'Use pooled buffers'),
  enableShutdownGracefully: bool(false, 'Tell clients to go elsewhere before a stop'),
  shutdownWaitTimeSeconds: int(30, 'How long enableShutdownGracefully waits, in s'),
  useEpollNativeSelector: bool(false, 'Use epoll directly'),
} satisfies Table;

export type NettyServerConfig = ConfigOf<typeof NETTY_SERVER_CONFIG>;

// prettier-ignore
export const NETTY_CLIENT_CONFIG = {
  clientWorkerThreads: int(4, 'Threads between the sockets and the work'),
  clientCallbackExecutorThreads: int(0, 'Threads for answers',
    { from: (host) => host.cores, fromText: 'cores' }),
  clientOnewaySemaphoreValue: int(65535, 'Requests without answer under way'),
  clientAsyncSemaphoreValue: int(65535, 'Requests under way'),
  connectTimeoutMillis: int(3000, 'Time a connection may take to be made, in ms', { min: 1 }),
  channelNotActiveInterval: long(60000, 'Not used'),
  isScanAvailableNameSrv: bool(true, 'Look regularly which name servers answer',
    { aliases: ['scanAvailableNameSrv'] }),
  clientChannelMaxIdleTimeSeconds: int(120, 'A silent connection is closed after this time, in s'),
  clientSocketSndBufSize: int(0, 'Send buffer of a socket, in bytes; 0 for the system\'s'),
  clientSocketRcvBufSize: int(0, 'Receive buffer of a socket, in bytes; 0 for the system\'s'),
  clientPooledByteBufAllocatorEnable: bool(false, 'Use pooled buffers'),
  clientCloseSocketIfTimeout: bool(true,
    'Close a connection whose request was not answered in time'),
  useTLS: bool(false, 'Connect with TLS', { effect, fixed }),
  socksProxyConfig: text('{}', 'SOCKS proxies by address, as JSON'),
  writeBufferHighWaterMark: int(0,
    'Unsent bytes at which a connection stops taking more; 0 for the default'),
  writeBufferLowWaterMark: int(0, 'Unsent bytes at which it takes more again; 0 for the default'),
  disableCallbackExecutor: bool(false, 'Handle answers where they are read'),
  disableNettyWorkerGroup: bool(false, 'Decode where sockets are read'),
  maxReconnectIntervalTimeSeconds: long(60,
    'Longest pause between attempts to connect again, in s'),
  enableReconnectForGoAway: bool(true, 'Connect anew when a server says it goes'),
} satisfies Table;

export type NettyClientConfig = ConfigOf<typeof NETTY_CLIENT_CONFIG>;
