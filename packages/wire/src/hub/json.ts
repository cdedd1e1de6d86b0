import type { PlainValue } from '../codec/values.ts';

/** An object as it came out of JSON: nothing is known of its fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that a value holds as JSON. Undefined for anything else. */
export function fieldsIn(value: PlainValue | undefined): Fields | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether all of these fields are there and of that type. Numbers have to be finite. */
export function haveType(
  fields: Fields,
  type: 'string' | 'number' | 'boolean',
  names: readonly string[],
): boolean {
  return names.every((name) =>
    type === 'number' ? Number.isFinite(fields[name]) : typeof fields[name] === type,
  );
}
