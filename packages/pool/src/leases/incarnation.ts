/** 96 random bits in 24 hexadecimal characters: short enough for an `application_name`. */
export function randomIncarnation(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
