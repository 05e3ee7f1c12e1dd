// Types of java-release.mjs.

export function releaseFolder(): string;
export function installedLib(): string | undefined;
export function installRelease(): string;
