/**
 * The style sheet of the report, light and dark. The series of charts have sixteen colours that are as different as
 * possible, also for common forms of colour blindness (after Okabe and Ito, and Tol).
 *
 * @module
 */

const LIGHT = [
  "#8a8a8a",
  "#56b4e9",
  "#0072b2",
  "#009e73",
  "#8fbf3f",
  "#e0b000",
  "#cc79a7",
  "#a6761d",
  "#b9a7e0",
  "#6a51a3",
  "#f0a35e",
  "#d55e00",
  "#7f2704",
  "#1b9e9e",
  "#94a4b8",
  "#c2185b",
];
const DARK = [
  "#a5a5a5",
  "#7cc8f2",
  "#4a9fe0",
  "#2fc79b",
  "#a9d65c",
  "#f2cf3c",
  "#e3a0c6",
  "#d3a54a",
  "#cbbdf0",
  "#a792dd",
  "#f7c08f",
  "#ff7f2e",
  "#d98b66",
  "#56cfcf",
  "#6f8094",
  "#ff6f9f",
];

const variables = (colours: readonly string[]) =>
  colours.map((colour, i) => `--c${i}:${colour}`).join(";");

const classes = LIGHT.map((_, i) => `.c${i}{color:var(--c${i})}`).join("");

/** The style sheet as text. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1d2126;--soft:#5c6570;--paper:#fff;--line:#dfe3e8;--tint:#f5f7f9;
--good:#087443;--bad:#b3261e;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a0a9b4;--paper:#15181c;--line:#31373e;
--tint:#1d2126;--good:#5fd39a;--bad:#ff8a80;${variables(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:1560px;margin:0 auto;padding:32px 20px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px}
h2{font-size:22px;margin:52px 0 6px;padding-top:18px;border-top:1px solid var(--line)}
h3{font-size:16px;margin:26px 0 2px}
p{margin:6px 0 14px;max-width:74ch}
.soft,.note{color:var(--soft)}
.note{font-size:14px;margin:2px 0 8px}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:12px}
a{color:var(--c2)}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:8px 0 18px;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:6px 12px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}
th:first-child,td:first-child{text-align:left}
td small{display:block;font-size:12px;color:var(--soft)}
.prose td{text-align:left;white-space:normal;min-width:5ch;overflow-wrap:anywhere}
.prose th{text-align:left;white-space:normal}
thead th{background:var(--tint);font-weight:600;white-space:normal;vertical-align:bottom}
th:first-child{position:sticky;left:0;background:var(--paper);max-width:22ch;white-space:normal}
thead th:first-child{background:var(--tint)}
.best{font-weight:700}
.smoke{border-left:4px solid var(--bad);padding-left:12px;font-weight:600}
tbody th{font-weight:500}
tbody tr:hover{background:var(--tint)}
.up,.yes{color:var(--good)}.down,.no{color:var(--bad)}.yes,.no{font-weight:700}
figure{margin:16px 0 22px}
figure svg{width:100%;height:auto;display:block}
.narrow svg{max-width:720px}
figure img{width:100%;border:1px solid var(--line);border-radius:8px;background:#fff}
figcaption{font-size:14px;color:var(--soft);margin-top:4px}
details{margin:8px 0}summary{cursor:pointer;color:var(--c2)}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg .axis{font-size:13px;fill:var(--soft)}
svg .strong{font-weight:600}
svg .grid{stroke:var(--line)}svg .zero{stroke:var(--soft)}
svg .fill{fill:currentColor}
svg .line{fill:none;stroke:currentColor;stroke-width:2.2;stroke-linejoin:round}
svg .band{fill:currentColor;opacity:.14}
svg .whisker{stroke:var(--ink);stroke-width:1.2;fill:none}
svg .mark{stroke:var(--soft);stroke-dasharray:4 4}
${classes}
@media print{h2{break-before:auto}figure,table{break-inside:avoid}}
`;
