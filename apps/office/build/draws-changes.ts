import type { Plugin } from 'vite'
import { all, changing, once } from './changing.js'

const RECALCULATED =
  '} else if (COMMAND_LISTENER_VALUE_CHANGE.includes(commandId)) this._sheetSkeletonManagerService.reCalculate();'
const MARKED = 'if (command.type === CommandType.MUTATION) this._markUnitDirty(command, options);'
const MARKING = '\t_markUnitDirty(command, options) {'

// Each of these results covers several cells.
const RESULTS_OF_SEVERAL = '"formula.mutation.set-array-formula-data"'
// What formulas wait for isn't drawn; their results are, and come by themselves.
const UNDRAWN = String.raw`/^formula\.mutation\.set-(?:trigger-)?formula-/`

const DRAWING_ROWS = `	_drawRows({ id, params }) {
		if (id !== SetRangeValuesMutation.id || !params || !params.cellValue) return false;
		const { unit, unitId, mainComponent, scene } = this._context;
		if (params.unitId !== unitId) return false;
		if (params.subUnitId !== unit.getActiveSheet().getSheetId()) return true;
		const current = this._sheetSkeletonManagerService.getCurrentParam();
		if (!current || current.dirty || !mainComponent) return false;
		const rows = Object.keys(params.cellValue).map(Number);
		if (rows.length === 0) return true;
		for (const row of rows) for (const cell of Object.values(params.cellValue[row] || {}))
			if (!cell || cell.s !== undefined || cell.p) return false;
		if (!current.skeleton.forgetRows(rows)) return false;
		mainComponent.markRowsDirty(rows);
		scene.makeDirty();
		return true;
	}
`

// Where it changed, for nobody: all in sight counts as changed before that.
const WHERE =
  /\t\tif \(!command\.params\) return;\n\t\tconst cmdParams = command\.params;\n\t\tconst viewports = .*?\n\};\n(?=SheetRenderController = __decorate)/s
const FOR_TRYING =
  /\ttestShowRuler\(cacheCtx, viewportInfo\) \{.*?\n\t\}\n\ttestGetRandomLightColor\(\) \{.*?\n\t\}\n(?=\};)/s

const RESET = '\t_resetCache() {\n'
const FORGETTING = `	/** Forgets the texts of some rows, unless more than these rows would have to be drawn. */
	forgetRows(rows) {
		const { worksheet } = this;
		const lastColumn = worksheet.getColumnCount() - 1;
		if (worksheet.getMergeData().length > 0 && rows.some((row) => worksheet.getMergedCellRange(row, 0, row, lastColumn).length > 0)) return false;
		const { fontMatrix } = this._stylesCache;
		for (const row of rows) for (const cache of [fontMatrix, this._overflowCache]) delete cache.getMatrix()[row];
		return true;
	}
`
const SEGMENT =
  ' ? (_vpInfo$diffCacheBoun2 = (_vpInfo$diffCacheBoun3 = vpInfo.diffCacheBounds) === null || _vpInfo$diffCacheBoun3 === void 0 ? void 0 : _vpInfo$diffCacheBoun3.map((bound) => this.getRangeByViewBound(bound))) !== null && _vpInfo$diffCacheBoun2 !== void 0 ? _vpInfo$diffCacheBoun2 : [] : [] : [rowColumnSegment];'
const UPDATED = '\t\tthis.updateVisibleRange(vpInfo);\n'

const VIEWPORT_STATE = '_defineProperty(this, "_isDirty", true);'
const CLEAN = 'this.markDirty(false);\n\t\tthis.markForceDirty(false);'
const INFO = 'isDirty: this.isDirty ? 2 : 0,'
const MARK = '\tmarkDirty(state) {\n\t\tif (state === void 0) state = true;'

const SHEET_MARK = '\tsetDirtyArea(dirtyBounds) {'
const CACHE_READ = 'const sourceLeft = bufferEdgeSizeX * Math.min(1, window.devicePixelRatio);'

const PAINTING = `	markRowsDirty(rows) {
		const first = rows.reduce((least, row) => Math.min(least, row), Infinity);
		const last = rows.reduce((most, row) => Math.max(most, row), 0);
		for (const viewport of this.getParent()?.getViewports() ?? []) viewport.markRowsDirty(first, last);
	}
	/** Draws some rows again; all around them stays. */
	paintRows(viewportInfo, { first, last }, { cacheCtx, mainCtx, leftOrigin, topOrigin, bufferEdgeX, bufferEdgeY }) {
		const skeleton = this.getSkeleton();
		const { rowHeightAccumulation: bottoms, rowHeaderWidthAndMarginLeft: x, columnHeaderHeightAndMarginTop: y } = skeleton;
		const bound = viewportInfo.cacheBound;
		const topOf = (row) => (row > 0 ? bottoms[Math.min(row, bottoms.length) - 1] : 0) + y;
		const top = Math.max(bound.top, topOf(first));
		const bottom = Math.min(bound.bottom, topOf(last + 1));
		if (!(top < bottom)) return;
		const m = mainCtx.getTransform();
		cacheCtx.save();
		cacheCtx.setTransform(m.a, m.b, m.c, m.d, 0, 0);
		cacheCtx.translateWithPrecision(m.e / m.a - leftOrigin + bufferEdgeX, m.f / m.d - topOrigin + bufferEdgeY);
		const area = [bound.left - x, top - y, bound.right - bound.left, bottom - top];
		cacheCtx.clearRectByPrecision(...area);
		cacheCtx.beginPath();
		cacheCtx.rectByPrecision(...area);
		cacheCtx.closePath();
		cacheCtx.clip();
		this._refreshIncrementalState = true;
		// Borders reach into the rows beside theirs.
		const drawn = { ...bound, top: Math.max(bound.top, topOf(first - 1)), bottom: Math.min(bound.bottom, topOf(last + 2)) };
		this.draw(cacheCtx, { ...viewportInfo, diffBounds: [drawn] });
		this._refreshIncrementalState = false;
		cacheCtx.restore();
	}
`

const PAINTED = `if (!shouldRefreshCache && viewportInfo.dirtyRows) this.paintRows(viewportInfo, viewportInfo.dirtyRows, {
			cacheCtx, mainCtx, leftOrigin, topOrigin, bufferEdgeX, bufferEdgeY
		});
		`

const FORMULAS = '\tupdateFormulaData(unitId, sheetId, cellValue) {\n'
const ALONE = `		const cells = this._univerInstanceService.getUnit(unitId)?.getSheetBySheetId(sheetId)?.getCellMatrix();
		const changed = new ObjectMatrix();
		let isAlone = Boolean(cells);
		for (const [row, inRow] of Object.entries(isAlone ? cellValue : {})) for (const [column, cell] of Object.entries(inRow || {})) {
			const [r, c] = [Number(row), Number(column)];
			const before = cells.getValue(r, c);
			if (cell?.si || before?.si) isAlone = false;
			else if (isFormulaString(cell?.f)) changed.setValue(r, c, { f: cell.f });
			else if (isFormulaString(before?.f)) changed.setValue(r, c, null);
		}
		if (isAlone) return changed.getMatrix();
`

const AGAIN =
  /(?<=\n\t\tconst newFormulaData = \{ \[unitId\]: \{ \[sheetId\]: newSheetFormulaData \} \};\n\t\t)(?=this\._commandService\.executeCommand\(SetRangeValuesMutation\.id, \{)/
const IF_OTHERS = `const isOther = ([row, inRow]) => Object.entries(inRow || {}).some(([column, formula]) => {
			const cell = cellValue[row]?.[column];
			return cell === undefined || Boolean(formula?.si) || (formula === null && cell !== null && cell.f === undefined);
		});
		if (Object.entries(newSheetFormulaData).some(isOther)) `

const FOLLOWING = 'getMutations: (command) => this._getUpdateFormula(command) }'
// What the recorder takes no formulas from: the document moves them.
const MOVED = String.raw`/^sheet\.command\.(?:(?:insert|remove)-(?:row|col)-by-range|move-(?:rows|cols)|set-worksheet-name|remove-sheet)$/`

/**
 * Has Univer look through all cells for formulas only if a written one is shared with others, write formulas
 * once, and leave those that move with rows and columns to the document.
 *
 * @see OFFICE.md SH135
 */
const keepsFormulas: Plugin[] = [
  changing('keeps-formulas', 'engine-formula/lib/es/index.js', (code) =>
    once(code, FORMULAS, `${FORMULAS}${ALONE}`),
  ),
  changing('writes-formulas-once', 'sheets-formula/lib/es/index.js', (code) =>
    once(
      all(code, AGAIN, IF_OTHERS),
      FOLLOWING,
      `getMutations: (command) => ${MOVED}.test(command.id) ? { undos: [], redos: [] } : this._getUpdateFormula(command) }`,
    ),
  ),
]

/**
 * Has Univer draw the rows whose cells have new contents, and keep the texts of all others as it has laid them
 * out. It laid out and drew everything in sight, four times over, after each written cell and with each message
 * about formulas.
 *
 * @see OFFICE.md SH135
 */
export const drawsChanges: Plugin[] = [
  ...keepsFormulas,
  changing('draws-changed-rows', 'sheets-ui/lib/es/index.js', (code) =>
    [
      [
        RECALCULATED,
        `} else if (COMMAND_LISTENER_VALUE_CHANGE.includes(commandId)) {
				if (this._drawRows(command)) return;
				this._sheetSkeletonManagerService.reCalculate();
			} else if (commandId === ${RESULTS_OF_SEVERAL}) this._sheetSkeletonManagerService.reCalculate();
			if (${UNDRAWN}.test(commandId)) return;`,
      ],
      [MARKED, MARKED],
      [MARKING, `${DRAWING_ROWS}${MARKING}`],
    ].reduce((changed, [old, by]) => once(changed, old!, by!), all(code, WHERE, '\t}\n};\n')),
  ),
  changing('paints-rows', 'engine-render/lib/es/index.js', (code) =>
    [
      [RESET, `${FORGETTING}${RESET}\t\tthis._filled = new Set();\n`],
      [
        UPDATED,
        `${UPDATED}		if (vpInfo && sheetHeaderViewportKeys.includes(vpInfo.viewportKey)) return;
		const hasAll = !!vpInfo && !vpInfo.isDirty && !vpInfo.isForceDirty && this._filled?.has(vpInfo.viewportKey);
		if (vpInfo) (this._filled ??= new Set()).add(vpInfo.viewportKey);
		const changedRows = () => vpInfo.dirtyRows ? [{
			...this._drawingRange,
			startRow: Math.max(this._drawingRange.startRow, vpInfo.dirtyRows.first),
			endRow: Math.min(this._drawingRange.endRow, vpInfo.dirtyRows.last)
		}] : [];
`,
      ],
      [
        SEGMENT,
        `${SEGMENT.slice(0, -'[rowColumnSegment];'.length)}hasAll ? [] : [rowColumnSegment];
		if (hasAll) styleRanges.push(...changedRows());`,
      ],
      [VIEWPORT_STATE, `${VIEWPORT_STATE}\n\t\t_defineProperty(this, "_dirtyRows", null);`],
      [CLEAN, `${CLEAN}\n\t\tthis._dirtyRows = null;`],
      [INFO, `${INFO}\n\t\t\tdirtyRows: this._dirtyRows,`],
      [
        MARK,
        `	markRowsDirty(first, last) {
		const before = this._dirtyRows || { first, last };
		this._dirtyRows = { first: Math.min(first, before.first), last: Math.max(last, before.last) };
	}
${MARK}`,
      ],
      [SHEET_MARK, `${PAINTING}${SHEET_MARK}`],
      [CACHE_READ, `${PAINTED}${CACHE_READ}`],
    ].reduce((changed, [old, by]) => once(changed, old!, by!), all(code, FOR_TRYING, '')),
  ),
]
