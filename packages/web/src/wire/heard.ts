import type { PlainValue } from '@inkwire/wire';
import type { Reading } from '../api.ts';
import type { MemberEvent, MemberFacts } from './company.ts';

/** What comes over the wire, as the page takes it; undefined for what it does not understand. */
export function memberOf(value: PlainValue | undefined): MemberFacts | undefined {
  const member = parsed(value);
  return isMember(member) ? member : undefined;
}

export function eventOf(value: PlainValue | undefined): MemberEvent | undefined {
  const event = parsed(value) as Partial<MemberEvent> | undefined;
  const isKnown = event?.kind === 'joined' || event?.kind === 'left' || event?.kind === 'renamed';
  return isKnown && isMember(event.member) ? (event as MemberEvent) : undefined;
}

export function readingOf(value: PlainValue | undefined): Reading | undefined {
  const reading = parsed(value) as Partial<Reading> | undefined;
  return typeof reading?.id === 'string' && typeof reading.text === 'string'
    ? (reading as Reading)
    : undefined;
}

/** Sender's id, sender's name, then what was sent. */
export function messageOf(
  values: readonly PlainValue[],
): { readonly from: { readonly id: number; readonly name: string }; readonly text: string } | undefined {
  const [id, name, ...said] = values;
  if (typeof id !== 'number' || typeof name !== 'string') return undefined;
  return { from: { id, name }, text: said.map(textOf).join(' ') };
}

function textOf(value: PlainValue): string {
  if (value instanceof Uint8Array) return `[${value.length} B]`;
  return value === null ? '∅' : String(value);
}

function isMember(value: unknown): value is MemberFacts {
  const { id, name, since, transport } = (value ?? {}) as Partial<MemberFacts>;
  return (
    Number.isSafeInteger(id) &&
    typeof name === 'string' &&
    typeof since === 'string' &&
    typeof transport === 'string'
  );
}

function parsed(value: PlainValue | undefined): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value) ?? undefined;
  } catch {
    return undefined;
  }
}
