import type { BusSubject } from './bus.ts';

/**
 * One token of a subject that holds any text: letters, digits, `-` and `_` stay; every other byte of its UTF-8 becomes `=` and
 * two hexadecimal digits; an empty text is `=`. A token that would be longer than 200 characters is its beginning and a hash.
 */
export function encodeToken(text: string, hash: (text: string) => string): string {
  if (text === '') return '=';
  let token = '';
  for (const byte of new TextEncoder().encode(text)) {
    const isPlain =
      (byte >= 48 && byte <= 57) ||
      (byte >= 65 && byte <= 90) ||
      (byte >= 97 && byte <= 122) ||
      byte === 45 ||
      byte === 95;
    token += isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).padStart(2, '0')}`;
  }
  return token.length <= mostTokenChars ? token : `${token.slice(0, 100)}==${hash(text)}`;
}

/** Beyond this a server's own limits on a line of its protocol (4 KiB) come near, with many parts. */
const mostTokenChars = 200;

/** A subject in one text that no other subject has. */
export const subjectKey = (subject: BusSubject): string => JSON.stringify(subject);
