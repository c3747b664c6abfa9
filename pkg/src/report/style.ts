/** The report's look: one column of cards, light and dark, from 360 pixels upwards. */
export const STYLE = `
:root {
  --canvas: #f5f4ef; --card: #fffffc; --ink: #1d1f1c; --soft: #5c6159; --line: #dfded6;
  --accent: #0a6a4b; --accent-soft: #d8ebe0; --band-0: #d9e9e0; --band-1: #a9d0bd;
  --warn: #8a5200; --warn-soft: #fbe9cc; --bad: #a3261d; --bad-soft: #fadedb;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --canvas: #131512; --card: #1c1f1b; --ink: #eceee8; --soft: #a3a99e; --line: #33382f;
    --accent: #5fcf9c; --accent-soft: #1d3d2f; --band-0: #20382d; --band-1: #2f6048;
    --warn: #f0b35a; --warn-soft: #40300f; --bad: #ff9085; --bad-soft: #4a201c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--canvas); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
main, header.top, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header.top { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 21px; line-height: 1.3; margin: 48px 0 4px; letter-spacing: -0.005em; }
h3 { font-size: 16px; line-height: 1.35; margin: 0; }
p { margin: 4px 0 12px; max-width: 72ch; }
.soft, caption, .note { color: var(--soft); }
.note { font-size: 13.5px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { white-space: nowrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.tiles { display: grid; gap: 12px; margin-top: 24px; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 14px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.25; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13.5px; display: block; }
.tile.good b { color: var(--accent); }
.tile.bad b { color: var(--bad); }
.card { padding: 16px 18px; margin-top: 14px; }
.card > header { display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; justify-content: space-between; }
.grid { display: grid; gap: 14px; margin-top: 14px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
.grid .card { margin-top: 0; min-width: 0; }
.grid.loose { align-items: start; }
.scroll { overflow-x: auto; margin: 8px -18px 0; padding: 0 18px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: 6px 12px 6px 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
tfoot td, tfoot th { border-top: 1px solid var(--ink); border-bottom: 0; font-weight: 600; }
details { border-top: 1px solid var(--line); }
details:first-of-type { margin-top: 10px; }
summary { cursor: pointer; padding: 8px 0; display: flex; gap: 4px 16px; flex-wrap: wrap; justify-content: space-between; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "+"; color: var(--soft); font-variant-numeric: tabular-nums; width: 10px; flex: none; }
details[open] > summary::before { content: "\\2212"; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
summary .what { flex: 1 1 180px; font-weight: 500; }
summary .number { margin-left: auto; }
.why > .note { grid-column: 1 / -1; margin: 0; }
.why { padding: 2px 0 16px 26px; display: grid; gap: 12px 32px; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); }
.why > div { min-width: 0; }
.offers li { padding: 4px 0 10px; }
.row { display: flex; justify-content: space-between; gap: 16px; }
.why h4 { font-size: 13px; font-weight: 600; margin: 0 0 4px; color: var(--soft); }
.why table { font-size: 13.5px; }
.why td.number { white-space: normal; }
.why td:first-child { width: 46%; }
.why th, .why td { padding-top: 4px; padding-bottom: 4px; }
ul.plain { margin: 0; padding: 0; list-style: none; font-size: 13.5px; }
ul.plain li { padding: 2px 0; }
.chip { display: inline-block; padding: 1px 9px; border-radius: 12px; font-size: 13px; overflow-wrap: normal; background: var(--line); color: var(--ink); }
.chip.good { background: var(--accent-soft); color: var(--accent); }
.chip.warn { background: var(--warn-soft); color: var(--warn); }
.chip.bad { background: var(--bad-soft); color: var(--bad); }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
.chosen { color: var(--accent); font-weight: 600; }
.chart { display: block; width: 100%; height: auto; margin-top: 8px; }
.chart text { font: 11px system-ui, sans-serif; fill: var(--soft); }
.chart .grid { stroke: var(--line); stroke-width: 1; display: inline; }
.chart .today { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 3; }
.chart polyline { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.chart .history { stroke: var(--ink); }
.chart .median { stroke: var(--accent); stroke-width: 2; }
.chart .band-0 { fill: var(--band-0); }
.chart .band-1 { fill: var(--band-1); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13.5px; color: var(--soft); margin: 8px 0 0; }
.legend i { display: inline-block; width: 18px; height: 10px; border-radius: 2px; margin-right: 6px; vertical-align: baseline; }
.legend .key-history { height: 2px; background: var(--ink); vertical-align: middle; }
.legend .key-median { height: 3px; background: var(--accent); vertical-align: middle; }
.legend .key-0 { background: var(--band-0); }
.legend .key-1 { background: var(--band-1); }
.bars th { width: 1%; white-space: nowrap; }
.bars td:last-child { width: 1%; }
.bar { display: block; width: 100%; min-width: 60px; height: 10px; margin: 3px 0; }
.bar-plain { fill: var(--band-1); }
.bar-strong { fill: var(--accent); }
.bar-faint { fill: var(--line); }
ol.timeline { list-style: none; margin: 12px 0 0; padding: 0 0 0 18px; border-left: 2px solid var(--line); font-size: 14px; }
ol.timeline li { position: relative; padding: 0 0 8px; }
ol.timeline li::before { content: ""; position: absolute; left: -24px; top: 7px; width: 10px; height: 10px; border-radius: 50%; background: var(--card); border: 2px solid var(--soft); }
ol.timeline li.good::before { border-color: var(--accent); background: var(--accent); }
ol.timeline li.warn::before { border-color: var(--warn); background: var(--warn); }
ol.timeline li.bad::before { border-color: var(--bad); background: var(--bad); }
ol.timeline time { color: var(--soft); font-variant-numeric: tabular-nums; display: inline-block; min-width: 64px; }
footer { padding-top: 40px; padding-bottom: 40px; color: var(--soft); font-size: 13.5px; }
@media (max-width: 560px) {
  header.top { padding-top: 24px; }
  h1 { font-size: 25px; }
  .card { padding: 14px; }
  .scroll { margin-left: -14px; margin-right: -14px; padding: 0 14px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 10px; }
  .tile { padding: 12px; }
  .tile b { font-size: 21px; }
  .why { padding-left: 0; }
  .bars, .bars tbody, .bars tr, .bars th, .bars td { display: block; width: auto !important; border: 0; padding: 0; text-align: left; }
  .bars tr { padding: 6px 0; }
  .bars td.number { white-space: normal; }
}
@media print { body { background: #fff; } .card { break-inside: avoid; } }
`;
