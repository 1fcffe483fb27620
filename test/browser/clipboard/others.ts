import type { Clipboard } from './clipboard.js'

const google = (cells: string) =>
  `<meta http-equiv="content-type" content="text/html; charset=utf-8"><meta name="generator" content="Sheets"/><style type="text/css"><!--td {border: 1px solid #cccccc;}br {mso-data-placement:same-cell;}--></style><table xmlns="http://www.w3.org/1999/xhtml" cellspacing="0" cellpadding="0" dir="ltr" border="1" style="table-layout:fixed;font-size:10pt;font-family:Arial;width:0px;border-collapse:collapse;border:none" data-sheets-root="1" data-sheets-baot="1"><colgroup><col width="100"/><col width="100"/></colgroup><tbody>${cells}</tbody></table>`

const TD = 'style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;"'
const TD_NUMBER =
  'style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;text-align:right;"'

export const GOOGLE: readonly Clipboard[] = [
  {
    program: 'Google Sheets: text, numbers, booleans and lines',
    text: '00420\t12.50%\nTRUE\t"one\ntwo"',
    html: google(
      `<tr style="height:21px;"><td ${TD} data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;00420&quot;}">00420</td><td ${TD_NUMBER} data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:0.125}" data-sheets-numberformat="{&quot;1&quot;:3,&quot;2&quot;:&quot;0.00%&quot;,&quot;3&quot;:1}">12.50%</td></tr>` +
        `<tr style="height:21px;"><td style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;text-align:center;" data-sheets-value="{&quot;1&quot;:4,&quot;4&quot;:1}">TRUE</td><td style="overflow:hidden;padding:2px 3px 2px 3px;vertical-align:bottom;white-space:normal;overflow:hidden;word-wrap:break-word;wrap-strategy:4;" data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;one\ntwo&quot;}">one<br/>two</td></tr>`.replaceAll(
          '\n',
          '\\n',
        ),
    ),
    cells: {
      A1: { v: '00420', s: { n: { pattern: '@' } } },
      B1: { v: 0.125, s: { ht: 3, n: { pattern: '0.00%' } } },
      A2: { v: 1, t: 3, s: { ht: 2 } },
      B2: { v: 'one\ntwo', s: { tb: 3 } },
    },
  },
  {
    program: 'Google Sheets: formulas with their references',
    text: '7\t14\n1\t3',
    html: google(
      `<tr><td ${TD_NUMBER} data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:7}">7</td><td ${TD_NUMBER} data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:14}" data-sheets-formula="=R[0]C[-1]*2">14</td></tr>` +
        `<tr><td ${TD_NUMBER} data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:1}">1</td><td ${TD_NUMBER} data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:3}" data-sheets-formula="=R[5]C[0]+Rates!R[0]C[0]">3</td></tr>`,
    ),
    cells: {
      A1: { v: 7, s: { ht: 3 } },
      B1: { f: '=A1*2', s: { ht: 3 } },
      A2: { v: 1, s: { ht: 3 } },
      B2: { v: 3, s: { ht: 3 } },
    },
  },
  {
    program: 'Google Sheets: a link, and bold on a colour',
    text: 'site\tHead',
    html: google(
      `<tr><td style="overflow:hidden;padding:2px 3px;vertical-align:bottom;text-decoration:underline;color:#1155cc;" data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;site&quot;}" data-sheets-hyperlink="https://example.org"><span style="font-size:10pt;font-family:Arial;"><a class="in-cell-link" target="_blank" href="https://example.org">site</a></span></td><td style="overflow:hidden;padding:2px 3px;background-color:#fff2cc;font-weight:bold;" data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;Head&quot;}">Head</td></tr>`,
    ),
    cells: {
      A1: {
        v: 'site',
        s: { cl: { rgb: '#1155cc' }, fs: 10, ul: { s: 1, cl: { rgb: '#1155cc' } } },
      },
      B1: { v: 'Head', s: { bg: { rgb: '#fff2cc' }, bl: 1 } },
    },
  },
]

export const LIBRE_OFFICE: readonly Clipboard[] = [
  {
    program: 'LibreOffice: dates, text, booleans and lines',
    text: '2026-11-28\t00420\nTRUE\t"one\ntwo"\n',
    html: `<!DOCTYPE html>
<html>
<head>
	<meta http-equiv="content-type" content="text/html; charset=utf-8"/>
	<title></title>
	<meta name="generator" content="LibreOffice 24.2.7.2 (Linux)"/>
	<style type="text/css">
		body,div,table,thead,tbody,tfoot,tr,th,td,p { font-family:"Liberation Sans"; font-size:x-small }
		a.comment-indicator:hover + comment { background:#ffd; position:absolute; display:block; border:1px solid black; padding:0.5em;  }
		comment { display:none;  }
	</style>
</head>
<body>
<table cellspacing="0" border="0">
	<colgroup span="2" width="85"></colgroup>
	<tr>
		<td height="17" align="right" valign=bottom sdval="46354" sdnum="1033;0;YYYY-MM-DD">2026-11-28</td>
		<td align="left" valign=bottom sdnum="1033;0;@">00420</td>
	</tr>
	<tr>
		<td height="32" align="center" valign=middle sdval="1" sdnum="1033;0;BOOLEAN">TRUE</td>
		<td align="left" valign=bottom><b><font color="#FF0000">one<br>two</font></b></td>
	</tr>
</table>
</body>
</html>`,
    cells: {
      A1: { v: 46354, s: { ht: 3, n: { pattern: 'YYYY-MM-DD' } } },
      B1: { v: '00420', s: { ht: 1, n: { pattern: '@' } } },
      A2: { v: 1, t: 3, s: { ht: 2, vt: 2 } },
      B2: { v: 'one\ntwo', s: { bl: 1, cl: { rgb: '#ff0000' }, ht: 1, tb: 3 } },
    },
  },
]

export const WORD: readonly Clipboard[] = [
  {
    program: 'Word: a table between two paragraphs',
    text: 'Before\nName\tSum\nAnn\t7\nAfter\n',
    html: `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head><meta name=ProgId content=Word.Document><style><!--
p.MsoNormal, li.MsoNormal, div.MsoNormal {mso-style-unhide:no; margin:0cm; font-size:12.0pt; font-family:"Calibri",sans-serif;}
--></style></head><body lang=EN-GB style='tab-interval:36.0pt'>
<!--StartFragment-->
<p class=MsoNormal>Before<o:p></o:p></p>
<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;border:none;mso-border-alt:solid windowtext .5pt'>
 <tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'>
  <td width=301 valign=top style='width:225.4pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt'>
  <p class=MsoNormal><b>Name<o:p></o:p></b></p>
  </td>
  <td width=301 valign=top style='width:225.4pt;padding:0cm 5.4pt 0cm 5.4pt'>
  <p class=MsoNormal>Sum<o:p></o:p></p>
  </td>
 </tr>
 <tr style='mso-yfti-irow:1;mso-yfti-lastrow:yes'>
  <td width=301 valign=top style='width:225.4pt'>
  <p class=MsoNormal>Ann</p>
  <p class=MsoNormal>Bee</p>
  </td>
  <td width=301 valign=top style='width:225.4pt'>
  <p class=MsoNormal>7<o:p></o:p></p>
  <p class=MsoNormal><o:p>&nbsp;</o:p></p>
  </td>
 </tr>
</table>
<p class=MsoNormal>After<o:p></o:p></p>
<!--EndFragment-->
</body></html>`,
    cells: {
      A1: { v: 'Before' },
      B1: {},
      A2: {
        v: 'Name',
        s: {
          bd: Object.fromEntries(
            ['t', 'r', 'b', 'l'].map((side) => [side, { s: 1, cl: { rgb: '#000000' } }]),
          ),
          bl: 1,
          vt: 1,
        },
      },
      B2: { v: 'Sum', s: { vt: 1 } },
      A3: { v: 'Ann\nBee', s: { tb: 3, vt: 1 } },
      B3: { v: 7, s: { vt: 1 } },
      A4: { v: 'After' },
    },
  },
]

export const BROWSER: readonly Clipboard[] = [
  {
    program: 'a browser: a table with spans, white space and scripts',
    text: 'City\tPeople\n\t2025\t2026\nBonn\t1,000\t1,001\n',
    html: `<meta charset='utf-8'><table class="wikitable"><caption>Cities</caption><tbody>
<tr>
<th rowspan="2">City
</th>
<th colspan="2">People
</th></tr>
<tr>
<th>2025</th><th>2026<script>document.title = 'taken over'</script><img src="https://example.org/x.png"></th></tr>
<tr>
<td><a href="/wiki/Bonn" title="Bonn">Bonn</a><sup>[1]</sup>
</td>
<td>1,000</td>
<td> 1,001 </td></tr></tbody></table>`,
    cells: {
      A1: { v: 'City', s: { bl: 1 } },
      B1: { v: 'People', s: { bl: 1 } },
      C1: {},
      A2: {},
      B2: { v: 2025, s: { bl: 1 } },
      C2: { v: 2026, s: { bl: 1 } },
      A3: { v: 'Bonn[1]' },
      B3: { v: 1000, s: { n: { pattern: '#,##0' } } },
      C3: { v: 1001, s: { n: { pattern: '#,##0' } } },
    },
    merges: { '0:0': '1:0', '0:1': '0:2' },
  },
  {
    program: 'a browser: rows with missing cells, and cells with too large spans',
    text: '',
    html: '<table><tr><td rowspan="99">a<td>b<tr><td colspan="2">c<tr></table>',
    cells: { A1: { v: 'a' }, B1: { v: 'b' }, B2: { v: 'c' }, C2: {}, A4: {} },
    merges: { '0:0': '2:0', '1:1': '1:2' },
  },
  {
    program: 'a browser: paragraphs without a table',
    text: 'Hello, you\n\nGood bye',
    html: '<meta charset="utf-8"><p>Hello, <b>you</b></p><p>Good bye</p>',
    cells: { A1: { v: 'Hello, you' }, A2: {}, A3: { v: 'Good bye' } },
  },
  {
    program: 'a browser: HTML alone',
    text: '',
    html: '<p>One</p><ul><li>Two</li><li>3</li></ul>',
    cells: { A1: { v: 'One' }, A2: { v: 'Two' }, A3: { v: 3 } },
  },
]

/** Documents and notes, whose tables are pasted into a sheet. */
export const DOCUMENTS: readonly Clipboard[] = [
  {
    program: 'Google Docs: a table below a paragraph',
    text: 'Costs\nName\tSum\nAnn\t1,200\n',
    html: `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-7f8a"><p dir="ltr"><span style="font-size:11pt;font-weight:400;">Costs</span></p><div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;border-collapse:collapse;"><colgroup><col width="312" /><col width="312" /></colgroup><tbody><tr style="height:0pt"><td style="vertical-align:top;overflow:hidden;"><p dir="ltr" style="line-height:1.2;"><span style="font-weight:700;">Name</span></p></td><td style="vertical-align:top;overflow:hidden;"><p dir="ltr"><span style="font-weight:700;">Sum</span></p></td></tr><tr><td style="vertical-align:top;"><p dir="ltr"><span style="font-weight:400;">Ann</span></p></td><td style="vertical-align:top;"><p dir="ltr"><span style="font-weight:400;">1,200</span></p></td></tr></tbody></table></div></b><br class="Apple-interchange-newline">`,
    cells: {
      A1: { v: 'Costs' },
      A2: { v: 'Name', s: { bl: 1, vt: 1 } },
      B2: { v: 'Sum', s: { bl: 1, vt: 1 } },
      A3: { v: 'Ann', s: { vt: 1 } },
      B3: { v: 1200, s: { n: { pattern: '#,##0' }, vt: 1 } },
      A4: {},
    },
  },
  {
    program: 'Notion: a table',
    text: '| Name | Due |\n| --- | --- |\n| Ann | 2026-11-28 |',
    html: `<meta charset='utf-8'><!-- notionvc: 9c0d --><table><thead><tr><th>Name</th><th>Due</th></tr></thead><tbody><tr><td>Ann</td><td>2026-11-28</td></tr></tbody></table>`,
    cells: {
      A1: { v: 'Name', s: { bl: 1 } },
      B1: { v: 'Due', s: { bl: 1 } },
      A2: { v: 'Ann' },
      B2: { v: 46354, s: { n: { pattern: 'yyyy-mm-dd' } } },
      A3: {},
    },
  },
  {
    program: 'GitHub: a table with code and links',
    text: 'Option\tDefault\nport\t80\n',
    html: `<meta charset='utf-8'><table role="table"><thead><tr><th align="left">Option</th><th>Default</th></tr></thead><tbody><tr><td align="left"><code class="notranslate">port</code></td><td><a href="https://github.com/a/b/issues/7" class="issue-link">80</a></td></tr></tbody></table>`,
    cells: {
      A1: { v: 'Option', s: { bl: 1, ht: 1 } },
      B1: { v: 'Default', s: { bl: 1 } },
      A2: { v: 'port', s: { ht: 1 } },
      B2: { v: 80 },
    },
  },
  {
    program: 'LibreOffice Writer: a table',
    text: 'head\talso\na\t2\n',
    html: `<!DOCTYPE html><html><head><meta name="generator" content="LibreOffice 24.2"/><style type="text/css">td p { orphans: 0; widows: 0 }</style></head><body lang="en-US"><table width="100%" cellpadding="4" cellspacing="0"><col width="128*"/><col width="128*"/><thead><tr valign="top"><th width="50%"><p>head</p></th><th><p>also</p></th></tr></thead><tbody><tr valign="top"><td><p>a</p></td><td><p>2</p></td></tr></tbody></table></body></html>`,
    cells: {
      A1: { v: 'head', s: { bl: 1 } },
      B1: { v: 'also', s: { bl: 1 } },
      A2: { v: 'a' },
      B2: { v: 2 },
    },
  },
  {
    program: 'VS Code: lines of code',
    text: 'let a = [1, 2]\n\nb()',
    html: `<meta charset='utf-8'><div style="color: #cccccc;background-color: #1f1f1f;font-family: 'Droid Sans Mono', 'monospace', monospace;font-size: 14px;white-space: pre;"><div><span style="color: #569cd6;">let</span><span style="color: #cccccc;"> a </span><span>= [1, 2]</span></div><br><div><span>b()</span></div></div>`,
    cells: { A1: { v: 'let a = [1, 2]' }, B1: {}, A2: {}, A3: { v: 'b()' }, A4: {} },
  },
]

export const TEXT: readonly Clipboard[] = [
  {
    program: 'text: values as typed into cells',
    text: '50%\t$1,234.50\t2026-11-28\t12:30\n=1+1\ttrue\t007\t12345678901234567890\n',
    cells: {
      A1: { v: 0.5, s: { n: { pattern: '0%' } } },
      B1: { v: 1234.5, s: { n: { pattern: '$#,##0.00' } } },
      C1: { v: 46354, s: { n: { pattern: 'yyyy-mm-dd' } } },
      D1: { v: 12.5 / 24, s: { n: { pattern: 'hh:mm' } } },
      A2: { f: '=1+1' },
      B2: { v: 1, t: 3 },
      C2: { v: 7 },
      D2: { v: '12345678901234567890' },
    },
  },
  {
    program: 'text: CSV, with the line ends of old Macs',
    text: 'name,note\r"Smith, J","said ""hi"""\r',
    cells: {
      A1: { v: 'name' },
      B1: { v: 'note' },
      A2: { v: 'Smith, J' },
      B2: { v: 'said "hi"' },
    },
  },
  {
    program: 'text: a sentence with commas and an address',
    text: 'One, two, three: https://example.org/a,b',
    cells: { A1: { v: 'One, two, three: https://example.org/a,b' }, B1: {} },
  },
  {
    program: 'text: control characters, which no client keeps',
    text: 'a\0b\t\uD83Dx\t😀',
    cells: { A1: { v: 'ab' }, B1: { v: '\uFFFDx' }, C1: { v: '😀' } },
  },
]
