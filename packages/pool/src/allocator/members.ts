import type { Member } from './member.ts';
import { clientKey } from './options.ts';

/** The members of an allocator. Of an earlier epoch several may have one name. */
export class Members implements Iterable<Member> {
  readonly #all = new Map<string, Member>();
  readonly #byName = new Map<string, readonly Member[]>();

  get size(): number {
    return this.#all.size;
  }

  get(name: string, incarnation: string): Member | undefined {
    return this.#all.get(clientKey(name, incarnation));
  }

  /** Those of one name, in the order of their coming. */
  named(name: string): readonly Member[] {
    return this.#byName.get(name) ?? [];
  }

  add(member: Member): void {
    const { name, incarnation } = member;
    this.#all.set(clientKey(name, incarnation), member);
    this.#byName.set(name, [...this.named(name), member]);
  }

  delete(member: Member): void {
    const { name, incarnation } = member;
    this.#all.delete(clientKey(name, incarnation));
    const others = this.named(name).filter((other) => other !== member);
    if (others.length > 0) this.#byName.set(name, others);
    else this.#byName.delete(name);
  }

  /** In the order of their coming. */
  [Symbol.iterator](): Iterator<Member> {
    return this.#all.values();
  }
}
