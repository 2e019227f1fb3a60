export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1c2230; --soft: #667085; --faint: #e7e4dd; --grid: #efece6;
  --caller: #2d6fa8; --agent: #c4571c; --good: #1f8a5b; --bad: #c62f3b;
  --s-turn: #98a2b3; --s-transcript: #4c8cc4; --s-tool: #8a6fc0; --s-model: #3f9a72; --s-sentence: #d0a22f; --s-speech: #d0692f; --s-playout: #7a5c4f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12151c; --card: #191d26; --ink: #e8eaf0; --soft: #98a2b5; --faint: #2b313d; --grid: #232833;
    --caller: #6cb0ea; --agent: #f08c52; --good: #4cc38a; --bad: #ff6b75;
    --s-turn: #6b7587; --s-transcript: #4c8cc4; --s-tool: #8d76c9; --s-model: #3f9a72; --s-sentence: #b98e25; --s-speech: #c9642c; --s-playout: #8a6a5b;
  }
}
* { box-sizing: border-box; margin: 0 }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; padding: 40px 24px 64px }
main { max-width: 1180px; margin: 0 auto }
header { display: grid; grid-template-columns: 1fr auto; gap: 4px 24px; align-items: end; margin-bottom: 22px }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.02em; font-weight: 680 }
h2 { font-size: 20px; letter-spacing: -.01em; font-weight: 650 }
h3 { font-size: 15px; font-weight: 650; margin: 0 0 2px }
.kicker { grid-column: 1 / -1; color: var(--soft); font-size: 12px; letter-spacing: .12em; text-transform: uppercase }
.lead { grid-column: 1 / -1; color: var(--soft); max-width: 78ch }
.verdict { font-weight: 650; padding: 6px 14px; border-radius: 99px; white-space: nowrap; color: var(--good); background: color-mix(in srgb, var(--good) 12%, transparent) }
.verdict.bad { color: var(--bad); background: color-mix(in srgb, var(--bad) 12%, transparent) }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 12px; margin: 0 0 22px }
.facts div { background: var(--card); border: 1px solid var(--faint); border-radius: 12px; padding: 12px 16px }
.facts dt { color: var(--soft); font-size: 12.5px }
.facts dd { margin: 0; font-size: 22px; font-weight: 650; letter-spacing: -.01em; font-variant-numeric: tabular-nums }
.facts dd small { font-size: 13px; font-weight: 400; color: var(--soft); letter-spacing: 0 }
.conversation { background: var(--card); border: 1px solid var(--faint); border-radius: 16px; padding: 24px 28px 28px; margin-bottom: 22px }
.conversation > .head { display: flex; align-items: center; gap: 20px; justify-content: space-between; margin-bottom: 14px; flex-wrap: wrap }
.conversation > .head p { color: var(--soft); font-size: 13.5px }
audio { height: 34px; width: 380px; max-width: 100% }
.timeline { position: relative; cursor: crosshair; aspect-ratio: var(--ratio); min-width: 860px }
.scroll { overflow-x: auto; margin-bottom: 26px }
svg { display: block; width: 100%; height: 100%; overflow: visible }
.grid { stroke: var(--grid) } .rule { stroke: var(--grid) }
.axis { fill: var(--soft); font-size: 10.5px; text-anchor: middle }
.name { fill: var(--soft); font-size: 12px } .name.voice { fill: var(--ink); font-weight: 650; font-size: 13px }
.wave { stroke-width: 2; stroke-linecap: round; fill: none } .wave.caller { stroke: var(--caller) } .wave.agent { stroke: var(--agent) } .wave.unheard { opacity: .22 }
.cut { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 3 }
.caption { position: absolute; font-size: 11px; line-height: 1.3; overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3 }
.caption.caller { color: var(--caller) } .caption.agent { color: var(--agent) }
.lost { text-decoration: line-through; opacity: .45 }
.tick { stroke-width: 2 } .tick.interim { stroke: var(--s-transcript); opacity: .45 } .tick.final { stroke: var(--s-transcript); stroke-width: 3 }
.bar.caller { fill: var(--caller) } .bar.tool { fill: var(--s-tool) }
.bar.model.work { fill: var(--s-model) } .bar.speech.work { fill: var(--s-speech) } .bar.wait { fill: var(--faint); stroke: var(--s-turn); stroke-width: .5 }
.bar.agent.speaking { fill: var(--agent) } .bar.agent.thinking { fill: var(--s-turn) }
.inside { fill: var(--card); font-size: 10.5px }
.playhead { position: absolute; top: 14px; bottom: 0; width: 2px; margin-left: -1px; background: var(--ink); pointer-events: none }
.note, .legend { color: var(--soft); font-size: 13px }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 6px 0 10px }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px }
.wait { display: grid; grid-template-columns: 300px 1fr; gap: 14px; align-items: center; padding: 3px 0; font-size: 13.5px }
.of { white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.stack { display: flex; gap: 1px; align-items: center; padding-right: 84px }
.stack b { height: 22px; font-size: 11px; font-weight: 600; line-height: 22px; color: #fff; padding-left: 6px; overflow: hidden; min-width: 2px; font-variant-numeric: tabular-nums }
.stack b:first-child { border-radius: 5px 0 0 5px } .stack b:last-of-type { border-radius: 0 5px 5px 0 }
.stack em { font-style: normal; font-weight: 650; padding-left: 10px; margin-right: -84px; width: 84px; white-space: nowrap; font-variant-numeric: tabular-nums }
.turn-noticed { background: var(--s-turn) } .transcript { background: var(--s-transcript) } .tool { background: var(--s-tool) } .model { background: var(--s-model) }
.first-sentence { background: var(--s-sentence) } .speech { background: var(--s-speech) } .playout { background: var(--s-playout) }
tr.tool { background: none }
.exchange { margin-top: 26px }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-bottom: 1px solid var(--faint) }
thead th { color: var(--soft); font-weight: 400; font-size: 12.5px; padding-top: 2px }
tbody th { width: 76px; font-weight: 600 } tbody td { width: 46% } tr:last-child > * { border-bottom: 0 }
tr.caller th { color: var(--caller) } tr.agent th { color: var(--agent) } tr.tool th { color: var(--s-tool) } tr.fault th { color: var(--bad) }
td small { display: block; color: var(--soft); font-size: 12.5px }
.good, .bad { display: inline-block; width: 1.4em; font-weight: 700 } .good { color: var(--good) } .bad { color: var(--bad) }
.unread { color: var(--soft) }
code { font: 13px ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace }
details { margin-top: 14px; color: var(--soft); font-size: 13.5px } details ul { list-style: none; padding: 8px 0 0 } summary { cursor: pointer }
.failure { border: 1px solid var(--bad); color: var(--bad); border-radius: 12px; padding: 14px 18px; margin-bottom: 22px; white-space: pre-wrap }
@media (max-width: 760px) { body { padding: 20px 10px } .conversation { padding: 16px } .wait { grid-template-columns: 1fr; gap: 0 } }
@media print { .conversation { break-inside: avoid } audio { display: none } }
`;
