import { block, section, table, type Template } from '../template.js'

const MONEY = '¥#,##0.00'
const DATE = 'yyyy"年"m"月"d"日"'

export const templates: readonly Template[] = [
  {
    kind: 'page',
    id: 'meeting',
    name: '会议纪要',
    about: '议程、决定和后续事项',
    blocks: [
      block('paragraph', '日期：'),
      block('paragraph', '参会人：'),
      ...section('议程', block('number'), block('number'), block('number')),
      ...section('讨论', block('bullet')),
      ...section('决定', block('callout', '决定了什么，为什么')),
      ...section('后续事项', block('task', '谁在什么时候之前做什么'), block('task')),
    ],
  },
  {
    kind: 'page',
    id: 'plan',
    name: '项目计划',
    about: '目标、里程碑和风险',
    blocks: [
      block('callout', '一句话说明：这个项目做什么，为谁做。'),
      ...section('目标', block('bullet'), block('bullet')),
      ...section('不包括', block('bullet')),
      ...section(
        '里程碑',
        table(
          ['里程碑', '负责人', '截止', '状态'],
          ['第一版', '', '', ''],
          ['用户测试', '', '', ''],
          ['发布', '', '', ''],
        ),
      ),
      ...section('风险', table(['风险', '应对办法'], ['', ''], ['', ''])),
      ...section('待定问题', block('task')),
    ],
  },
  {
    kind: 'page',
    id: 'report',
    name: '周报',
    about: '完成、计划和阻碍',
    blocks: [
      block('paragraph', '第几周：'),
      ...section('概要', block('paragraph')),
      ...section('本周完成', block('task', '', { checked: true })),
      ...section('下周计划', block('task')),
      ...section('阻碍', block('callout', '需要谁的什么帮助', { tone: 'warning' })),
      ...section('数据', table(['指标', '上周', '本周'], ['', '', ''], ['', '', ''])),
    ],
  },
  {
    kind: 'sheet',
    id: 'budget',
    name: '预算',
    about: '计划、支出和剩余',
    sheet: '预算',
    columns: [
      { name: '项目', width: 200 },
      { name: '计划', width: 110, pattern: MONEY },
      { name: '支出', width: 110, pattern: MONEY },
      { name: '剩余', width: 110, pattern: MONEY },
      { name: '备注', width: 240 },
    ],
    rows: ['房租', '人员', '差旅', '软件', '推广', '其他'].map((item, at) => [
      item,
      0,
      0,
      `=B${at + 2}-C${at + 2}`,
      '',
    ]),
    total: ['合计', '=SUM(B2:B7)', '=SUM(C2:C7)', '=SUM(D2:D7)', ''],
    height: 6,
  },
  {
    kind: 'sheet',
    id: 'tasks',
    name: '任务清单',
    about: '谁在什么时候之前做什么',
    sheet: '任务',
    columns: [
      { name: '完成', width: 60, isBox: true },
      { name: '任务', width: 280 },
      { name: '负责人', width: 120 },
      { name: '截止', width: 130, pattern: DATE },
      { name: '优先级', width: 100, choices: ['高', '中', '低'] },
      { name: '状态', width: 120, choices: ['未开始', '进行中', '等待', '已完成'] },
    ],
    rows: [[0, '在这里写第一个任务', '', '', '中', '未开始']],
    height: 40,
  },
  {
    kind: 'sheet',
    id: 'schedule',
    name: '周日程',
    about: '时间和星期',
    sheet: '一周',
    columns: [
      { name: '时间', width: 80 },
      ...['星期一', '星期二', '星期三', '星期四', '星期五'].map((name) => ({
        name,
        width: 140,
      })),
    ],
    rows: Array.from({ length: 11 }, (_, at) => [`${8 + at}:00`]),
    height: 11,
  },
]
