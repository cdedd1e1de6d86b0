const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe between tags and within quoted attributes of HTML and SVG. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A share as a percentage with two decimals, `99.62 %`; an en dash for NaN. */
export function percent(share: number, decimals = 2): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(decimals)} %`;
}

/** An integer with thin spaces between its thousands. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A coordinate, short: two decimals at most. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/**
 * The colours that every drawing shares, light and dark. They are set by class, so that a drawing looks the same as a file
 * of its own and inside a page; only as a file (`:root`) does it bring its own paper.
 */
const drawingStyle = `
.ink-drawing{--ink-text:#1f2024;--ink-muted:#6f6d68;--ink-line:#dedbd3;--ink-blue:#2a52be;--ink-red:#b8402c;font:12px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
.ink-drawing:root{background:#fcfbf8}
@media (prefers-color-scheme:dark){.ink-drawing:root{background:#17181b}.ink-drawing{--ink-text:#e9e6df;--ink-muted:#9b978e;--ink-line:#34353a;--ink-blue:#8db0ff;--ink-red:#ff9078}}
.ink-drawing text{fill:var(--ink-muted)}
.ink-drawing .strong{fill:var(--ink-text)}
.ink-drawing .blue{color:var(--ink-blue)}
.ink-drawing .red{color:var(--ink-red)}
.ink-drawing .grid{stroke:var(--ink-line);stroke-width:1}
.ink-drawing .line{fill:none;stroke:currentColor;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}
.ink-drawing .faint{opacity:.55;stroke-dasharray:4 3}`.trim();

/** An SVG drawing that needs no other file. A screen reader reads `label`. */
export function drawing(width: number, height: number, label: string, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="ink-drawing" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(label)}"><style>${drawingStyle}</style>${body}</svg>\n`;
}
