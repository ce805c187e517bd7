"""The look of the paper form: A4, a pen, black and white, Japanese and Latin type."""

STYLE = """
@page { size: A4; margin: 12mm 12mm 14mm; }
@page { @bottom-left { content: "@FOOTER@"; font: 7.5pt sans-serif; color: #444; }
        @bottom-right { content: counter(page) " / " counter(pages); font: 7.5pt sans-serif; color: #444; } }
* { box-sizing: border-box; }
html { font: 9pt/1.35 "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif; color: #000; background: #fff; }
html:lang(ja) { font-family: "Yu Gothic UI", "Yu Gothic", "Hiragino Sans", Meiryo, "Noto Sans CJK JP", sans-serif; }
body { margin: 0 auto; max-width: 186mm; padding: 6mm 0; }
h1 { font-size: 15pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 10.5pt; margin: 3mm 0 1mm; padding-left: 2mm; border-left: 1.2mm solid #000; break-after: avoid; }
h3 { font-size: 10pt; margin: 0 0 .5mm; break-after: avoid; }
p { margin: 0 0 1mm; }
header { border-bottom: .5mm solid #000; margin-bottom: 1.5mm; }
.intro { font-size: 8pt; }
.basics, .facts { display: grid; grid-template-columns: 1fr 1fr 1fr;
                  border: .25mm solid #000; border-width: .25mm 0 0 .25mm; }
.facts { grid-template-columns: 1fr 1fr; }
.blank { border: .25mm solid #000; border-width: 0 .25mm .25mm 0; min-height: 9.5mm;
         padding: .3mm 1mm; break-inside: avoid; }
.blank label { font-size: 7.5pt; display: block; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { font-size: 7pt; font-weight: 600; background: #e8e8e8; text-align: left; white-space: nowrap; }
th, td { border: .25mm solid #000; padding: .5mm 1mm; vertical-align: top; }
td.tick { text-align: center; vertical-align: middle; width: 11mm; }
td.item { width: 62mm; }
td.where { overflow-wrap: anywhere; font: 7.5pt/1.3 Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace; }
td.how { width: 34mm; font-size: 8pt; }
td.where ul { list-style: none; margin: 0; padding: 0; }
td.date { white-space: nowrap; }
.box { display: inline-block; width: 3.6mm; height: 3.6mm; border: .35mm solid #000; vertical-align: middle; }
.need { font-size: 7pt; white-space: nowrap; padding: 0 .8mm; border: .2mm solid #000; border-radius: .8mm; }
.need.required { background: #000; color: #fff; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.need.if_present { border-style: dashed; }
.condition { font-size: 7.5pt; display: block; }
.thumbprint { font: 8pt Consolas, "DejaVu Sans Mono", monospace; white-space: nowrap; }
.thumbprint span { margin-right: 1mm; }
.details { break-before: page; margin-top: 8mm; }
article { border-top: .25mm solid #888; padding: 1.5mm 0 1mm; }
.why { font-style: normal; color: #222; }
.remark { margin: 0 0 .5mm; font-size: 8pt; }
ol { margin: 1mm 0; padding-left: 7mm; }
li { break-inside: avoid; }
.where li { break-inside: auto; }
pre { margin: .8mm 0; padding: 1mm 1.5mm; background: #f0f0f0; border: .2mm solid #bbb; white-space: pre-wrap;
      overflow-wrap: anywhere; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
code { font: 8pt/1.35 Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 2.5mm; margin: 1mm 0 0; font-size: 8pt; }
dt { font-weight: 600; }
dd { margin: 0; }
.version { margin-top: 4mm; border-top: .25mm solid #000; font-size: 7.5pt; }
@media print { body { max-width: none; padding: 0; } .details { margin-top: 0; } }
"""
