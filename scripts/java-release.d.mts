// Types of java-release.mjs.

export function releaseFolder(): string;
export function installRelease(): string;
/** The proxy's jar folder, and the jar of the gRPC client. */
export function installProxy(): { lib: string; client: string };
