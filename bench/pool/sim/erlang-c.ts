/** What queueing theory says of M/M/c: Poisson arrivals, exponential service, c servers, first come first served. */
export interface ErlangC {
  /** The probability that an arrival has to wait. */
  readonly waiting: number;
  /** The mean wait of all arrivals, in the unit of `meanService`. */
  readonly meanWait: number;
}

/** Erlang's C formula by way of his B (A. K. Erlang, 1917; Cooper, "Introduction to Queueing Theory", 1981, 3.5). */
export function erlangC(servers: number, load: number, meanService: number): ErlangC {
  const offered = load * servers;
  let blocking = 1;
  for (let count = 1; count <= servers; count++)
    blocking = (offered * blocking) / (count + offered * blocking);
  const waiting = blocking / (1 - load * (1 - blocking));
  return { waiting, meanWait: (waiting * meanService) / (servers * (1 - load)) };
}
