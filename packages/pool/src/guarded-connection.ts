/** The connection behind each guarded one. */
const targets = new WeakMap<object, object>();

/**
 * A connection as its holder sees it: every property that is read, set or called goes through `use`, which throws when
 * the lease is over and counts as activity otherwise, so that a reference that was kept does not reach the next holder.
 * One level deep: what a property holds, the driver's connection underneath for example, is not guarded.
 */
export function guarded<C extends object>(connection: C, use: () => void): C {
  const lent = new Proxy(connection, {
    get(target, key) {
      // Nobody who awaits it takes it for a promise, whatever has become of the lease.
      if (key === 'then') return undefined;
      use();
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        use();
        // A driver's private fields are the target's own.
        const answer: unknown = Reflect.apply(value, target, args);
        return answer === target ? lent : answer;
      };
    },
    set(target, key, value) {
      use();
      return Reflect.set(target, key, value, target);
    },
  });
  targets.set(lent, connection);
  return lent;
}

/** The connection behind a guarded one; any other is its own. */
export function unguarded<C extends object>(connection: C): C {
  return (targets.get(connection) ?? connection) as C;
}
