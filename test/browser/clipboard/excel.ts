import type { Clipboard } from './clipboard.js'

const HEAD = (classes: string) => `<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel"
xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 15">
<style>
<!--table
	{mso-displayed-decimal-separator:"\\.";
	mso-displayed-thousand-separator:"\\,";}
tr
	{mso-height-source:auto;}
td
	{padding-top:1px;
	padding-right:1px;
	padding-left:1px;
	mso-ignore:padding;
	color:black;
	font-size:12.0pt;
	font-weight:400;
	font-style:normal;
	text-decoration:none;
	font-family:Calibri, sans-serif;
	mso-font-charset:0;
	mso-number-format:General;
	text-align:general;
	vertical-align:bottom;
	border:none;
	white-space:nowrap;}
${classes}
-->
</style>
</head>
<body link="#0563C1" vlink="#954F72">`

const TAIL = `<!--EndFragment-->
</table>
</body>
</html>`

/** The invisible row that Excel adds at the end if columns don't line up. */
const WIDTHS = `<![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=87 style='width:65pt'></td>
  <td width=87 style='width:65pt'></td>
 </tr>
 <![endif]>`

export const EXCEL: readonly Clipboard[] = [
  {
    program: 'Excel: numbers, percentages, currency and dates',
    text: '1,234.50\t12.50%\r\n$99.00\t2026-11-28\r\n',
    html: `${HEAD(`.xl65
	{mso-number-format:Standard;}
.xl66
	{mso-number-format:Percent;}
.xl67
	{mso-number-format:"\\0022$\\0022\\#\\,\\#\\#0\\.00";}
.xl68
	{mso-number-format:"yyyy\\-mm\\-dd\\;\\@";}`)}
<table border=0 cellpadding=0 cellspacing=0 width=174 style='border-collapse: collapse;width:130pt'>
<!--StartFragment-->
 <col width=87 span=2 style='width:65pt'>
 <tr height=21 style='height:16.0pt'>
  <td height=21 class=xl65 align=right width=87 style='height:16.0pt;width:65pt'>1,234.50</td>
  <td class=xl66 align=right width=87 style='width:65pt'>12.50%</td>
 </tr>
 <tr height=21 style='height:16.0pt'>
  <td height=21 class=xl67 align=right style='height:16.0pt'>$99.00</td>
  <td class=xl68 align=right>2026-11-28</td>
 </tr>
${WIDTHS}${TAIL}`,
    cells: {
      A1: { v: 1234.5, s: { ht: 3, n: { pattern: '#,##0.00' } } },
      B1: { v: 0.125, s: { ht: 3, n: { pattern: '0.00%' } } },
      A2: { v: 99, s: { ht: 3, n: { pattern: '"$"#,##0.00' } } },
      B2: { v: 46354, s: { ht: 3, n: { pattern: 'yyyy-mm-dd;@' } } },
      A3: {},
    },
  },
  {
    program: 'Excel: cells marked as text',
    text: '00420\t1-2\t3E5\t=A1\r\n',
    html: `${HEAD(`.xl65
	{mso-number-format:"\\@";}`)}
<table border=0 cellpadding=0 cellspacing=0>
<!--StartFragment-->
 <tr height=21>
  <td class=xl65>00420</td><td class=xl65>1-2</td><td class=xl65>3E5</td><td class=xl65>=A1</td>
 </tr>
${TAIL}`,
    cells: {
      A1: { v: '00420', s: { n: { pattern: '@' } } },
      B1: { v: '1-2', s: { n: { pattern: '@' } } },
      C1: { v: '3E5', s: { n: { pattern: '@' } } },
      D1: { v: '=A1', s: { n: { pattern: '@' } } },
    },
  },
  {
    program: 'Excel: lines, spaces, a link and formats within the text',
    text: '"line 1\nline 2"\ta  b\r\nred and blue\tsite\r\n',
    html: `${HEAD(`.font5
	{color:red;
	font-size:12.0pt;}
.xl65
	{white-space:normal;}
.xl66
	{color:#0563C1;
	text-decoration:underline;
	text-underline-style:single;}`)}
<table border=0 cellpadding=0 cellspacing=0>
<!--StartFragment-->
 <tr height=42>
  <td class=xl65 width=87>line 1<br>
    line 2</td>
  <td>a<span style='mso-spacerun:yes'>  </span>b</td>
 </tr>
 <tr height=21>
  <td><font class="font5">red</font><font class="font0"> and blue</font></td>
  <td class=xl66><a href="https://example.org/a?b=1&amp;c=2">site</a></td>
 </tr>
${TAIL}`,
    cells: {
      A1: { v: 'line 1\nline 2', s: { tb: 3 } },
      B1: { v: 'a  b' },
      A2: { v: 'red and blue' },
      B2: { v: 'site', s: { cl: { rgb: '#0563c1' }, ul: { s: 1, cl: { rgb: '#0563c1' } } } },
    },
  },
  {
    program: 'Excel: merged cells, borders, bold, and a hidden row',
    text: 'Total\t\r\nhidden\t1\r\nshown\t2\r\n',
    html: `${HEAD(`.xl65
	{font-weight:700;
	text-align:center;
	border:.5pt solid windowtext;
	background:yellow;
	mso-pattern:black none;}`)}
<table border=0 cellpadding=0 cellspacing=0>
<!--StartFragment-->
 <tr height=21>
  <td colspan=2 class=xl65>Total</td>
 </tr>
 <tr height=21 style='display:none'>
  <td>hidden</td><td align=right>1</td>
 </tr>
 <tr height=21>
  <td>shown</td><td align=right>2</td>
 </tr>
${WIDTHS}${TAIL}`,
    cells: {
      A1: {
        v: 'Total',
        s: {
          bd: Object.fromEntries(
            ['t', 'r', 'b', 'l'].map((side) => [side, { s: 1, cl: { rgb: '#000000' } }]),
          ),
          bg: { rgb: 'yellow' },
          bl: 1,
          ht: 2,
        },
      },
      B1: {},
      A2: { v: 'hidden' },
      B2: { v: 1, s: { ht: 3 } },
      A3: { v: 'shown' },
      A4: {},
    },
    merges: { '0:0': '0:1' },
  },
  {
    program: 'Excel 2003: values beside the text',
    text: '11/28/26\tTRUE\t007\r\n',
    html: `${HEAD(`.xl24
	{mso-number-format:"Short Date";}
.xl25
	{mso-number-format:"yyyy\\0022年\\0022m\\0022月\\0022d\\0022日\\0022";}`)}
<table x:str border=0 cellpadding=0 cellspacing=0>
<!--StartFragment-->
 <tr height=17>
  <td class=xl25 align=right x:num="46354">2026年11月28日</td>
  <td align=center x:bool="TRUE">TRUE</td>
  <td x:str="'007">007</td>
  <td class=xl24 align=right x:num="46354">28.11.2026</td>
 </tr>
${TAIL}`,
    cells: {
      A1: { v: 46354, s: { ht: 3, n: { pattern: 'yyyy"年"m"月"d"日"' } } },
      B1: { v: 1, t: 3, s: { ht: 2 } },
      C1: { v: '007', s: { n: { pattern: '@' } } },
      // The name of this style means nothing in another program.
      D1: { v: '28.11.2026', s: { ht: 3 } },
    },
  },
]

/** WPS writes in Excel's style, with other names. */
export const WPS: readonly Clipboard[] = [
  {
    program: 'WPS: Chinese dates, text, numbers and formulas shown as results',
    text: '2026年11月28日\t00420\r\n￥1,234.50\t11月28日\r\n',
    html: `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns="http://www.w3.org/TR/REC-html40"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="ProgId" content="Excel.Sheet"><meta name="Generator" content="WPS Office ET"><style>
<!-- @page {margin:1in 0.75in;}
.font0 {color:#000000; font-size:11.0pt; font-family:"宋体"; mso-generic-font-family:auto; mso-font-charset:134;}
tr {mso-height-source:auto; mso-ruby-visibility:none;}
td {mso-style-parent:style0; color:#000000; font-size:11.0pt; font-family:宋体; mso-number-format:General; text-align:general; vertical-align:middle; white-space:nowrap; border:none;}
.et2 {mso-number-format:"yyyy\\0022年\\0022m\\0022月\\0022d\\0022日\\0022\\;\\@"; text-align:right;}
.et3 {mso-number-format:"\\@";}
.et4 {mso-number-format:"\\0022￥\\0022\\#\\,\\#\\#0\\.00";}
.et5 {mso-number-format:"m\\0022月\\0022d\\0022日\\0022\\;\\@";}
 --> </style></head><body><!--StartFragment--><table width="240" border="0" cellpadding="0" cellspacing="0" style="width:180.00pt;border-collapse:collapse;table-layout:fixed;">
<col width="120" span="2" style="width:90.00pt;"/>
<tr height="18" style="height:13.50pt;"><td class="et2" height="18" width="120" align="right" x:num="46354" style="height:13.50pt;width:90.00pt;">2026年11月28日</td><td class="et3" width="120" x:str>00420</td></tr>
<tr height="18"><td class="et4" align="right" x:num="1234.5">￥1,234.50</td><td class="et5" align="right" x:num="46354">11月28日</td></tr>
</table><!--EndFragment--></body></html>`,
    cells: {
      A1: { v: 46354, s: { ht: 3, n: { pattern: 'yyyy"年"m"月"d"日";@' } } },
      B1: { v: '00420', s: { n: { pattern: '@' } } },
      A2: { v: 1234.5, s: { ht: 3, n: { pattern: '"￥"#,##0.00' } } },
      B2: { v: 46354, s: { ht: 3, n: { pattern: 'm"月"d"日";@' } } },
    },
  },
]
