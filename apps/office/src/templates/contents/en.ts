import { block, section, table, type Template } from '../template.js'

const MONEY = '#,##0.00'
const DATE = 'yyyy-mm-dd'

export const templates: readonly Template[] = [
  {
    kind: 'page',
    id: 'meeting',
    name: 'Meeting notes',
    about: 'Agenda, decisions and next steps',
    blocks: [
      block('paragraph', 'Date: '),
      block('paragraph', 'Present: '),
      ...section('Agenda', block('number'), block('number'), block('number')),
      ...section('Notes', block('bullet')),
      ...section('Decisions', block('callout', 'What was decided, and why')),
      ...section('Next steps', block('task', 'Who does what until when'), block('task')),
    ],
  },
  {
    kind: 'page',
    id: 'plan',
    name: 'Project plan',
    about: 'Goals, milestones and risks',
    blocks: [
      block('callout', 'In one sentence: what this project is for, and for whom.'),
      ...section('Goals', block('bullet'), block('bullet')),
      ...section('Not part of it', block('bullet')),
      ...section(
        'Milestones',
        table(
          ['Milestone', 'Who', 'Until', 'State'],
          ['First version', '', '', ''],
          ['Test with users', '', '', ''],
          ['Release', '', '', ''],
        ),
      ),
      ...section('Risks', table(['Risk', 'What we do about it'], ['', ''], ['', ''])),
      ...section('Open questions', block('task')),
    ],
  },
  {
    kind: 'page',
    id: 'report',
    name: 'Weekly report',
    about: 'Done, next, and what is in the way',
    blocks: [
      block('paragraph', 'Week: '),
      ...section('In short', block('paragraph')),
      ...section('Done', block('task', '', { checked: true })),
      ...section('Next week', block('task')),
      ...section(
        'In the way',
        block('callout', 'What help is needed, and from whom', { tone: 'warning' }),
      ),
      ...section(
        'Figures',
        table(['Figure', 'Last week', 'This week'], ['', '', ''], ['', '', '']),
      ),
    ],
  },
  {
    kind: 'sheet',
    id: 'budget',
    name: 'Budget',
    about: 'Planned, spent, and what is left',
    sheet: 'Budget',
    columns: [
      { name: 'Item', width: 200 },
      { name: 'Planned', width: 110, pattern: MONEY },
      { name: 'Spent', width: 110, pattern: MONEY },
      { name: 'Left', width: 110, pattern: MONEY },
      { name: 'Notes', width: 240 },
    ],
    rows: ['Rent', 'Staff', 'Travel', 'Software', 'Marketing', 'Other'].map((item, at) => [
      item,
      0,
      0,
      `=B${at + 2}-C${at + 2}`,
      '',
    ]),
    total: ['Total', '=SUM(B2:B7)', '=SUM(C2:C7)', '=SUM(D2:D7)', ''],
    height: 6,
  },
  {
    kind: 'sheet',
    id: 'tasks',
    name: 'Task list',
    about: 'Who does what until when',
    sheet: 'Tasks',
    columns: [
      { name: 'Done', width: 60, isBox: true },
      { name: 'Task', width: 280 },
      { name: 'Who', width: 120 },
      { name: 'Until', width: 110, pattern: DATE },
      { name: 'Priority', width: 100, choices: ['High', 'Medium', 'Low'] },
      { name: 'State', width: 120, choices: ['Open', 'In progress', 'Waiting', 'Closed'] },
    ],
    rows: [[0, 'Write the first task here', '', '', 'Medium', 'Open']],
    height: 40,
  },
  {
    kind: 'sheet',
    id: 'schedule',
    name: 'Weekly schedule',
    about: 'Hours and days',
    sheet: 'Week',
    columns: [
      { name: 'Time', width: 80 },
      ...['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'].map((name) => ({
        name,
        width: 140,
      })),
    ],
    rows: Array.from({ length: 11 }, (_, at) => [`${8 + at}:00`]),
    height: 11,
  },
]
