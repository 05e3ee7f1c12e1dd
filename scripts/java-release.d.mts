// Types of java-release.mjs.

export function releaseFolder(): string;
export function installRelease(): string;
/** The proxy's jar folder, and the jar of the gRPC client. */
export function installProxy(): { lib: string; client: string };
/** Jar folder of Apache's integration tests, and the jar that holds them. */
export function installSuites(): { lib: string; tests: string };
/** Jar folder of a broker of RocketMQ 4.9. */
export function installOlder(): string;
