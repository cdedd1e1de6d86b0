const longestName = 64;

/** A name as the hub takes it: one line of 1 to 64 characters, none of them invisible. Undefined for any other. */
export function fitName(text: string): string | undefined {
  const name = text.trim();
  const isFit =
    name.length > 0 && [...name].length <= longestName && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name);
  return isFit ? name : undefined;
}
