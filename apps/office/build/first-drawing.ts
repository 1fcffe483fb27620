import { changing, once } from './changing.js'

const STAGE = 'this._lifecycleService.stage = LifecycleStages.Rendered;'
const STEADY = `this._steadyTimeout = window.setTimeout(() => {
						this._lifecycleService.stage = LifecycleStages.Steady;
					}, STEADY_TIMEOUT);`
const WAITED = '}, 300);\n\t\t\t} catch (error) {'
// A hidden window draws nothing, and its frames don't come.
const MOST_MS = 200

const RENDERED = `let isRendered = false;
					const rendered = () => {
						if (isRendered || this._disposed) return;
						isRendered = true;
						${STAGE}
						${STEADY}
					};
					requestAnimationFrame(() => setTimeout(rendered));
					this._renderTimeout = window.setTimeout(rendered, ${MOST_MS});`

/**
 * Has Univer draw the cells at once, and start what only answers to the user after that. It waited for 300 ms
 * before it drew, for plugins that come late; all that draw are there.
 *
 * @see OFFICE.md SH132
 */
export const drawsFirst = changing('draws-first', 'ui/lib/es/index.js', (code) =>
  once(once(once(code, STEADY, ''), STAGE, RENDERED), WAITED, WAITED.replace('300', '0')),
)
