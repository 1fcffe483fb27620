import type { Clipboard } from './clipboard/clipboard.js'
import { EXCEL, WPS } from './clipboard/excel.js'
import { GOOGLE, LIBRE_OFFICE } from './clipboard/others.js'
import type { Pasted } from './pages.js'

interface Sample extends Pasted {
  readonly program: string
  /** The expected outline; see `outline`. */
  readonly right: readonly string[]
}

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='

/** Clipboard contents of spreadsheets, with the expected outline on a page. */
const SPREADSHEETS: readonly (readonly [Clipboard | undefined, string])[] = [
  [EXCEL[0], '|1,234.50|12.50%| |$99.00|2026-11-28|'],
  [EXCEL[2], '|line 1\nline 2|a b| |red and blue|[site](https://example.org/a?b=1&c=2)|'],
  [EXCEL[3], '|Total|| |hidden|1| |shown|2|'],
  [WPS[0], '|2026年11月28日|00420| |￥1,234.50|11月28日|'],
  [GOOGLE[0], '|00420|12.50%| |TRUE|one\ntwo|'],
  [GOOGLE[2], '|[site](https://example.org)|Head|'],
  [LIBRE_OFFICE[0], '|2026-11-28|00420| |TRUE|**one**\n**two**|'],
]

/** Clipboard contents of other programs, handmade in the style of each. */
export const CORPUS: readonly Sample[] = [
  {
    program: 'Google Docs',
    html: `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1a2b"><h1 dir="ltr" style="line-height:1.38;margin-top:20pt;"><span style="font-size:20pt;font-family:Arial;font-weight:400;white-space:pre-wrap;">Plan</span></h1><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;font-style:normal;white-space:pre;white-space:pre-wrap;">Some </span><span style="font-size:11pt;font-weight:700;white-space:pre-wrap;">bold</span><span style="font-weight:400;white-space:pre-wrap;"> and </span><span style="font-style:italic;font-weight:400;">italic</span><span style="font-weight:400;">, a </span><a href="https://example.com/" style="text-decoration:none;"><span style="color:#1155cc;font-weight:400;text-decoration:underline;">link</span></a></p><br /><ul style="margin-top:0;padding-inline-start:48px;"><li dir="ltr" aria-level="1" style="list-style-type:disc;font-weight:400;"><p dir="ltr" role="presentation"><span style="font-weight:400;">one</span></p></li><ul><li dir="ltr" aria-level="2" style="list-style-type:circle;"><p dir="ltr" role="presentation"><span>deeper</span></p></li></ul></ul><ol start="3"><li dir="ltr" aria-level="1"><p role="presentation"><span>third</span></p></li></ol><ul><li dir="ltr" role="checkbox" aria-checked="true" aria-level="1"><img src="data:image/png;base64,iVBO" width="18px" alt="checked" aria-roledescription="checkbox" style="display:none;" /><p style="display:inline-block;" role="presentation"><span>done</span></p></li><li role="checkbox" aria-checked="false" aria-level="1"><p role="presentation"><span>to do</span></p></li></ul><div dir="ltr" style="margin-left:0pt;" align="left"><table style="border:none;"><colgroup><col width="312" /><col width="312" /></colgroup><tbody><tr style="height:0pt"><td style="border-left:solid;"><p dir="ltr"><span>a</span></p></td><td><p dir="ltr"><span>b</span></p></td></tr></tbody></table></div></b><br class="Apple-interchange-newline">`,
    right: [
      '# Plan',
      'Some **bold** and _italic_, a [link](https://example.com/)',
      '',
      '- one',
      '  - deeper',
      '3. third',
      '[x] done',
      '[ ] to do',
      '|a|b|',
    ],
  },
  {
    program: 'Word',
    html: `<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name=Generator content="Microsoft Word 15"><style><!-- p.MsoNormal {margin:0cm;} @list l0:level1 {mso-level-text:·;} --></style></head><body lang=EN-US style='tab-interval:36.0pt'><!--StartFragment--><p class=MsoTitle>Report<o:p></o:p></p><h2>Part<o:p></o:p></h2><p class=MsoNormal>Plain <b>bold</b>,
<i>italic</i>, <u>under</u><o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>one<o:p></o:p></p><p class=MsoListParagraphCxSpLast style='margin-left:72.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>deeper<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>first<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>2.<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>second<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l2 level1 lfo3'><![if !supportLists]><span style='mso-list:Ignore'>☐<span>&nbsp; </span></span><![endif]>to do<o:p></o:p></p><table class=MsoTableGrid border=1><tr><td width=300 colspan=2 valign=top><p class=MsoNormal>wide<o:p></o:p></p></td></tr><tr><td><p class=MsoNormal>a<o:p></o:p></p></td><td><p class=MsoNormal>b<o:p></o:p></p></td></tr></table><!--EndFragment--></body></html>`,
    right: [
      '# Report',
      '## Part',
      'Plain **bold**, _italic_, __under__',
      '',
      '- one',
      '  - deeper',
      '1. first',
      '2. second',
      '[ ] to do',
      '|wide|| |a|b|',
    ],
  },
  {
    program: 'WPS Writer: marks in Wingdings',
    html: `<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name="Generator" content="WPS Office"></head><body><!--StartFragment--><p class="MsoNormal" style="margin-left:21.0pt;text-indent:-21.0pt;mso-list:l0 level1 lfo1;"><span style="font-family:Wingdings;">l<span>&nbsp;</span></span><span>一</span></p><p class="MsoNormal" style="mso-list:l0 level2 lfo1;"><span style="font-family:Wingdings;">n<span>&nbsp;</span></span><span>二</span></p><p class="MsoNormal" style="mso-list:l1 level1 lfo2;"><span>1.<span>&nbsp;</span></span><span>三</span></p><!--EndFragment--></body></html>`,
    right: ['- 一', '  - 二', '1. 三'],
  },
  {
    program: 'LibreOffice Writer',
    html: `<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title><meta name="generator" content="LibreOffice 24.2"/><style type="text/css">p { margin-bottom: 0.25cm }</style></head><body lang="en-US"><h1 class="western">Title</h1><p style="line-height: 100%"><font face="Liberation Serif"><span style="font-weight: bold">bold</span> text<br/>
next line</font></p>
<p><br/>

</p>
<ol start="5"><li><p style="margin-bottom: 0cm">five</p></li><li><p>six</p><ul><li><p>deeper</p></li></ul></li></ol><table width="100%"><thead><tr><th><p>head</p></th><th><p>also</p></th></tr></thead><tbody><tr><td><p>a</p></td><td><p><br/></p></td></tr></tbody></table></body></html>`,
    right: [
      '# Title',
      '**bold** text\nnext line',
      '',
      '5. five',
      '6. six',
      '  - deeper',
      '|!head|!also| |a||',
    ],
  },
  {
    program: 'Notion',
    html: `<meta charset='utf-8'><!-- notionvc: 0f1e --><h3>Heading</h3><p>Text with <code>code</code> and <strong>bold</strong></p><ul><li>one<ul><li>deeper</li></ul></li></ul><ul class="to-do-list"><li><div class="checkbox checkbox-on"></div> <span class="to-do-children-checked">done</span><div class="indented"></div></li></ul><ul class="to-do-list"><li><div class="checkbox checkbox-off"></div> <span class="to-do-children-unchecked">to do</span></li></ul><blockquote>quoted</blockquote><pre><code class="language-JavaScript">let a = 1
let b</code></pre><hr>`,
    right: [
      '### Heading',
      'Text with `code` and **bold**',
      '- one',
      '  - deeper',
      '[x] done',
      '[ ] to do',
      '> quoted',
      '``` let a = 1\nlet b',
      '---',
    ],
  },
  {
    program: 'GitHub',
    html: `<meta charset='utf-8'><div class="markdown-heading" dir="auto"><h2 tabindex="-1" class="heading-element" dir="auto">Usage</h2><a id="user-content-usage" class="anchor" aria-label="Permalink: Usage" href="#usage"><svg class="octicon octicon-link" viewBox="0 0 16 16"><path d="m7.775"></path></svg></a></div><p dir="auto">Run <code class="notranslate">npm start</code>, see <a href="https://github.com/a/b/issues/7" class="issue-link">#7</a></p><div class="highlight highlight-source-js notranslate position-relative" dir="auto"><pre><span class="pl-k">const</span> <span class="pl-c1">a</span> = 1
b()</pre><div class="zeroclipboard-container"><clipboard-copy value="x"><svg></svg></clipboard-copy></div></div><ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" class="task-list-item-checkbox" checked disabled> done</li><li class="task-list-item"><input type="checkbox" class="task-list-item-checkbox" disabled> to do</li></ul><blockquote><p dir="auto">one</p><p dir="auto">two</p></blockquote><table role="table"><thead><tr><th align="left">Option</th><th>Default</th></tr></thead><tbody><tr><td align="left"><code>port</code></td><td>80</td></tr></tbody></table>`,
    right: [
      '## Usage',
      'Run `npm start`, see [#7](https://github.com/a/b/issues/7)',
      '``` const a = 1\nb()',
      '[x] done',
      '[ ] to do',
      '> one',
      '> two',
      '|!Option|!Default| |`port`|80|',
    ],
  },
  {
    program: 'VS Code',
    html: `<meta charset='utf-8'><div style="color: #cccccc;background-color: #1f1f1f;font-family: 'Droid Sans Mono', 'monospace', monospace;font-weight: normal;font-size: 14px;line-height: 19px;white-space: pre;"><div><span style="color: #569cd6;">function</span><span style="color: #cccccc;"> a</span>() {</div><br><div><span>  b()</span></div><div>}</div></div>`,
    right: ['``` function a() {\n\n  b()\n}'],
  },
  {
    program: 'a browser',
    html: `<meta charset='utf-8'><article class="post"><header><h1>News</h1></header><div class="body"><p>First <em>of</em>
      all</p><div>A part without a paragraph</div><div><br></div><p></p><img src="https://elsewhere.invalid/a.png" alt="far"><img src="${PIXEL}" alt="near"><dl><dt>Term</dt><dd>What it is</dd></dl></div><script>alert(1)</script><style>p{}</style></article>`,
    right: [
      '# News',
      'First _of_ all',
      'A part without a paragraph',
      '',
      '',
      '![near]',
      'Term',
      'What it is',
    ],
  },
  {
    program: 'Notion: blank lines',
    html: `<meta charset='utf-8'><!-- notionvc: 2b3c --><p>one</p>\n<p></p>\n<p>two</p>\n<ol><li>first<ol><li>deeper</li></ol></li></ol>`,
    right: ['one', '', 'two', '1. first', '  1. deeper'],
  },
  {
    program: 'Google Docs: blank lines and nested check boxes',
    html: `<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-4d5e"><p dir="ltr"><span style="font-weight:400;">one</span></p><br /><br /><p dir="ltr"><span style="font-weight:400;">two</span></p><ul><li dir="ltr" role="checkbox" aria-checked="false" aria-level="1"><p style="display:inline-block;" role="presentation"><span>to do</span></p></li><ul><li dir="ltr" role="checkbox" aria-checked="true" aria-level="2"><p style="display:inline-block;" role="presentation"><span>done</span></p></li></ul></ul></b>`,
    right: ['one', '', '', 'two', '[ ] to do', '  [x] done'],
  },
  {
    program: 'GitHub: tasks within tasks and a line break',
    html: `<meta charset='utf-8'><p dir="auto">a<br>\nb</p><ul class="contains-task-list"><li class="task-list-item enabled"><input type="checkbox" id="" class="task-list-item-checkbox"> one<ul class="contains-task-list"><li class="task-list-item enabled"><input type="checkbox" class="task-list-item-checkbox" checked=""> deeper</li></ul></li></ul><h4 dir="auto">four</h4><h5 dir="auto">five</h5><h6 dir="auto">six</h6>`,
    right: ['a\nb', '[ ] one', '  [x] deeper', '#### four', '##### five', '###### six'],
  },
  {
    program: 'WPS Writer',
    html: `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head><meta name=ProgId content=Word.Document><meta name=Generator content="Microsoft Word 14"><style>@list l0:level1{mso-level-number-format:bullet;mso-level-text:\\F06C;}p.MsoNormal{mso-style-name:正文;margin:0pt;}</style></head><body style="tab-interval:21pt;text-justify-trim:punctuation;"><!--StartFragment--><div class="Section0" style="layout-grid:15.6000pt;"><h1><b><span style="mso-spacerun:'yes';font-family:宋体;font-size:22.0000pt;"><font face="宋体">标题</font></span></b></h1><p class=MsoNormal><b><span style="mso-spacerun:'yes';font-family:宋体;font-weight:bold;font-size:10.5000pt;"><font face="宋体">粗</font></span></b><span style="mso-spacerun:'yes';font-family:宋体;"><font face="宋体">体</font></span><span><o:p></o:p></span></p><p class=MsoNormal><span style="mso-spacerun:'yes';"><o:p>&nbsp;</o:p></span></p><table class=MsoTableGrid border=1 cellspacing=0 style="border-collapse:collapse;"><tr><td width=284 valign=top><p class=MsoNormal><span><font face="宋体">甲</font></span><span><o:p></o:p></span></p></td><td width=284 valign=top><p class=MsoNormal><span>2</span></p></td></tr></table></div><!--EndFragment--></body></html>`,
    right: ['# **标题**', '**粗**体', '', '|甲|2|'],
  },
  {
    program: 'Safari',
    html: `<h2 style="caret-color: rgb(0, 0, 0); font-family: -webkit-standard;">Part</h2><p style="caret-color: rgb(0, 0, 0);">one<span class="Apple-converted-space">&nbsp;</span><b>bold</b></p><ol style="caret-color: rgb(0, 0, 0);"><li>first</li></ol><br class="Apple-interchange-newline">`,
    right: ['## Part', 'one\u00A0**bold**', '1. first'],
  },
  {
    program: 'Firefox',
    html: `<h2 id="part">Part</h2>\n<p>one\n<strong>bold</strong></p>\n<ul>\n<li><p>item</p>\n</li>\n</ul>\n`,
    right: ['## Part', 'one **bold**', '- item'],
  },
  ...SPREADSHEETS.map(([clipboard, right]) => ({ ...clipboard!, right: [right] })),
  {
    program: 'plain text',
    text: 'one line\r\n\r\nanother, 5 > 3 * 2\r\n',
    right: ['one line', '', 'another, 5 > 3 * 2'],
  },
  {
    program: 'Markdown',
    text: '# Title\n\nText with **bold**, `code` and [a link](https://example.com/).\n\n- one\n  - deeper\n- [x] done\n- [ ] to do\n\n2. second\n3. third\n\n> quoted\n\n```js\nlet a\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n---\n\n###### small\n',
    right: [
      '# Title',
      'Text with **bold**, `code` and [a link](https://example.com/).',
      '- one',
      '  - deeper',
      '[x] done',
      '[ ] to do',
      '2. second',
      '3. third',
      '> quoted',
      '``` let a',
      '|!a|!b| |1|2|',
      '---',
      '###### small',
    ],
  },
  {
    program: 'a spreadsheet',
    text: '\tJan\tFeb\r\nNorth\t1\t"two\nlines, ""so"""\r\n',
    right: ['||Jan|Feb| |North|1|two\nlines, "so"|'],
  },
  {
    program: 'code with tabs',
    text: '\tif (a)\n\tb()',
    right: ['\tif (a)', '\tb()'],
  },
]
