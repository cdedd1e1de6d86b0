/**
 * One record of CSV (RFC 4180): fields with a comma, a quote or a line break are quoted, and the line ends in CRLF. Text
 * that a spreadsheet would take for a formula is disarmed; numbers are written as they are, also those in text.
 */
export function csvRecord(fields: readonly (string | number | boolean)[]): string {
  return `${fields.map((field) => (typeof field === 'string' ? quote(disarm(field)) : String(field))).join(',')}\r\n`;
}

/** Somebody wrote -828 on a cheque: a number is no formula, and an apostrophe would make it useless to a program. */
const negativeNumber = /^-\d+(?:[.,]\d+)?$/;

/** A spreadsheet takes a field that begins so for a formula (OWASP, "CSV Injection"); an apostrophe makes it text. */
function disarm(field: string): string {
  if (negativeNumber.test(field)) return field;
  return /^[=+\-@\t\r\n＝＋－＠]/.test(field) ? `'${field}` : field;
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
