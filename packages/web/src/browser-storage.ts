/** Small choices that this browser remembers; storage may be forbidden, and then nothing is remembered. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`inkwire.${name}`, value);
  } catch {
    // Forbidden or full: the choice holds until the page is closed.
  }
}

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`inkwire.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}
