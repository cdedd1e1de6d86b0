/** The deadlines of a client in a test that does not try deadlines: they only end a hang. */
export const patient = { timeoutMs: 600_000, connectTimeoutMs: 600_000 } as const;
