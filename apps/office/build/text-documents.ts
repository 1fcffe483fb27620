import { all, changing, once } from './changing.js'

/** What Univer registers for a document of text, such as tables, headers and the menus of paragraphs. */
const UNUSED = {
  commands: [
    'CloseHeaderFooterCommand',
    'CreateDocTableCommand',
    'DeleteCurrentParagraphCommand',
    'DocCopyCurrentParagraphCommand',
    'DocCutCurrentParagraphCommand',
    'DocOpenPageSettingCommand',
    'DocPageSetupCommand',
    'DocParagraphSettingCommand',
    'DocParagraphSettingPanelOperation',
    'DocTableDeleteColumnsCommand',
    'DocTableDeleteRowsCommand',
    'DocTableDeleteTableCommand',
    'DocTableInsertColumnCommand',
    'DocTableInsertColumnLeftCommand',
    'DocTableInsertColumnRightCommand',
    'DocTableInsertRowAboveCommand',
    'DocTableInsertRowBellowCommand',
    'DocTableInsertRowCommand',
    'H1HeadingCommand',
    'H2HeadingCommand',
    'H3HeadingCommand',
    'H4HeadingCommand',
    'H5HeadingCommand',
    'InsertBulletListBellowCommand',
    'InsertCheckListBellowCommand',
    'InsertHorizontalLineBellowCommand',
    'InsertOrderListBellowCommand',
    'MoveDocBlockCommand',
    'NormalTextHeadingCommand',
    'SubtitleHeadingCommand',
    'SwitchDocModeCommand',
    'TitleHeadingCommand',
    'CoreHeaderFooterCommand',
    'OpenHeaderFooterPanelCommand',
    'SidebarDocHeaderFooterPanelOperation',
  ],
  services: [
    'DocFloatMenuService',
    'DocHeaderFooterController',
    'DocParagraphMenuService',
    'DocParagraphSettingController',
    'DocTableController',
  ],
}

const VIEWS = `this.disposeWithMe(this._uiPartsService.registerComponent(BuiltInUIPart.FOOTER, () => connectInjector(DocFooter, this._injector)));
\t\tthis.disposeWithMe(this._uiPartsService.registerComponent(BuiltInUIPart.CONTENT, () => connectInjector(DocSideMenu, this._injector)));`
const MENUS = `this._menuManagerService.appendRootMenu(floatToolbarMenuSchema);
\t\tthis._menuManagerService.mergeMenu(menuSchema);`
const COMPONENTS = [
  '[BULLET_LIST_TYPE_COMPONENT, BulletListTypePicker],',
  '[ORDER_LIST_TYPE_COMPONENT, OrderListTypePicker],',
  '["doc.paragraph.menu", ParagraphMenu],',
  '[PAGE_SETTING_COMPONENT_ID, PageSettings],',
]

/**
 * Leaves out what Univer has for documents of text. Of those a sheet has the editors of a cell and of a
 * formula alone, in which none of this is ever shown.
 */
export const withoutTextDocuments = changing(
  'without-text-documents',
  'docs-ui/lib/es/index.js',
  (code) => {
    const shown = [VIEWS, MENUS, ...COMPONENTS].reduce(
      (before, part) => once(before, part, ''),
      code,
    )
    const names = [...UNUSED.commands, ...UNUSED.services.map((name) => `\\[${name}\\]`)]
    // In a list, each has a line of its own.
    return names.reduce(
      (before, name) => all(before, new RegExp(`^\\t+${name},?\\n`, 'gm'), ''),
      shown,
    )
  },
)
