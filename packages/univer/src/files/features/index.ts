import type { Feature } from '../feature.js'
import { charts } from './charts.js'
import { contents } from './contents.js'
import { filter } from './filter.js'
import { formulas } from './formulas.js'
import { frozen } from './frozen.js'
import { images } from './images.js'
import { leftOut } from './left-out.js'
import { lines } from './lines.js'
import { links } from './links.js'
import { look } from './look.js'
import { merges } from './merges.js'
import { names } from './names.js'
import { printing } from './printing.js'
import { notes } from './notes.js'
import { rules } from './rules.js'
import { styles } from './styles.js'
import { validations } from './validations.js'

/** All that is carried over, in the order in which it is read and written. */
export const FEATURES: readonly Feature[] = [
  contents,
  formulas,
  styles,
  lines,
  merges,
  frozen,
  filter,
  look,
  rules,
  validations,
  names,
  printing,
  notes,
  links,
  images,
  charts,
  leftOut,
]
