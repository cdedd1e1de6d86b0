/** One record of RFC 4180: fields with a comma, a quote or a line break are quoted; the line ends in CRLF. */
export function csvRecord(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map((field) => csvField(String(field))).join(',')}\r\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
