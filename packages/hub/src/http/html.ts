/** Markup whose holes are filled with text that is escaped, or with markup that was made the same way. */
export interface Html {
  readonly markup: string;
}

type Hole = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes text harmless in markup and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** A template tag: html`<p>${text}</p>` escapes what is put in. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return { markup: strings.map((text, i) => (i === 0 ? '' : fill(holes[i - 1]!)) + text).join('') };
}

function fill(hole: Hole): string {
  if (typeof hole === 'string' || typeof hole === 'number') return escapeHtml(String(hole));
  return 'markup' in hole ? hole.markup : hole.map(({ markup }) => markup).join('\n');
}

/** A whole page that needs nothing else: no script, no file. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
td { padding: .2rem 1rem .2rem 0; vertical-align: top }
.reading { font-size: 1.5rem }
img { max-width: 100% }
</style>
</head>
<body>
${body}
</body>
</html>
`;
}
