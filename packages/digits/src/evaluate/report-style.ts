/** The report's style sheet: a sheet of paper and ink, light and dark. Sizes are few, colours mean something. */
export const reportStyle = `
:root{color-scheme:light dark;--paper:#fcfbf8;--sheet:#fff;--text:#1f2024;--muted:#6f6d68;--line:#e6e3dc;--blue:#2a52be;--red:#b8402c}
@media (prefers-color-scheme:dark){:root{--paper:#17181b;--sheet:#1e2023;--text:#e9e6df;--muted:#9b978e;--line:#2f3136;--blue:#8db0ff;--red:#ff9078}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased}
main{max-width:920px;margin:0 auto;padding:64px 24px 96px}
h1,h2,.headline .figure{font-family:ui-serif,"Iowan Old Style","Palatino Linotype",Palatino,Georgia,serif;font-weight:500;letter-spacing:-.01em}
h1{font-size:28px;margin:0 0 28px}
h2{font-size:21px;margin:0 0 20px}
.version{font:15px ui-monospace,"SF Mono",Menlo,Consolas,monospace;color:var(--muted);letter-spacing:0;margin-left:6px}
.eyebrow{margin:0 0 6px;color:var(--muted);font-size:13px}
.note{color:var(--muted);font-size:13px;font-weight:400}
.headline{display:flex;align-items:center;gap:28px;flex-wrap:wrap}
.headline .figure{font-size:76px;line-height:1;letter-spacing:-.03em;white-space:nowrap}
.headline p{margin:0}
section{margin-top:64px;border-top:1px solid var(--line);padding-top:32px}
figure{margin:0 0 36px;min-width:0}
figcaption{font-weight:600;margin-bottom:12px}
figcaption .note{margin-left:8px}
.pair{display:grid;grid-template-columns:minmax(0,1fr) 300px;gap:48px;align-items:start}
.scroll{overflow-x:auto}
.scroll+figure{margin-top:28px}
svg{display:block;max-width:100%;height:auto}
.curve svg{min-width:660px}
table{border-collapse:collapse}
th{font-weight:500;color:var(--muted);text-align:right}
td{text-align:right}
.plain{width:100%}
.plain th,.plain td{padding:7px 0 7px 20px;border-bottom:1px solid var(--line);white-space:nowrap}
.plain th:first-child{text-align:left;padding-left:0}
.plain tbody th{color:var(--text)}
.confusion{font-size:13px;border-spacing:2px;border-collapse:separate;width:100%}
.confusion th,.confusion td{height:32px;padding:0 4px;text-align:center;border-radius:4px}
.confusion .right{background:color-mix(in srgb,var(--blue) 10%,transparent)}
.confusion .wrong{background:color-mix(in srgb,var(--red) var(--heat),transparent)}
.confusion .none{color:var(--line)}
.confusion .recall{text-align:right;color:var(--muted);padding-left:12px;white-space:nowrap}
.mistakes{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(76px,1fr));gap:10px}
.mistakes li{background:var(--sheet);border:1px solid var(--line);border-radius:8px;padding:8px 6px;text-align:center;font-size:13px;line-height:1.35}
.mistakes img{display:block;margin:0 auto 4px}
.mistakes .read{color:var(--red)}
.mistakes small{display:block;color:var(--muted);font-size:12px}
.pages{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:14px;align-items:start}
.pages li{background:var(--sheet);border:1px solid var(--line);border-radius:8px;padding:10px;font-size:13px;line-height:1.4;overflow-wrap:anywhere}
.pages svg{width:100%;height:auto;max-height:320px;margin-bottom:6px;background:#fff}
.pages .found{fill:none;stroke:var(--blue);vector-effect:non-scaling-stroke;stroke-width:1.5}
.pages .labelled{fill:none;stroke:var(--red);vector-effect:non-scaling-stroke;stroke-width:1;stroke-dasharray:3 2}
.pages .read{color:var(--red)}
.pages small{display:block;color:var(--muted);font-size:12px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:8px 32px;margin:0}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
code{font:13px ui-monospace,"SF Mono",Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){.mistakes img{filter:invert(1)}}
@media (max-width:820px){main{padding-top:36px}.pair{grid-template-columns:minmax(0,1fr);gap:0}.headline{gap:12px}.headline .figure{font-size:60px}section{margin-top:44px}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:12px}}
@media print{main{max-width:none;padding:0}section{break-inside:avoid-page}}
`.trim();
