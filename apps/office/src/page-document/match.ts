/**
 * A stretch of one list and the stretch of another list that replaces it. The end is not included.
 */
export interface Gap {
  readonly from: number
  readonly to: number
  readonly otherFrom: number
  readonly otherTo: number
}

// With more pairs the whole stretch counts as changed; only a thoroughly rearranged page gets
// there.
const MAX_PAIRS = 400_000

/** Returns where two lists differ, keeping as much as possible. */
export function findGaps<A, B>(
  list: readonly A[],
  other: readonly B[],
  same: (a: A, b: B) => boolean,
): readonly Gap[] {
  const shorter = Math.min(list.length, other.length)
  let start = 0
  while (start < shorter && same(list[start]!, other[start]!)) start++
  let end = 0
  while (
    end < shorter - start &&
    same(list[list.length - 1 - end]!, other[other.length - 1 - end]!)
  ) {
    end++
  }
  const whole: Gap = {
    from: start,
    to: list.length - end,
    otherFrom: start,
    otherTo: other.length - end,
  }
  const [height, width] = [whole.to - start, whole.otherTo - start]
  if (height === 0 && width === 0) return []
  if (height === 0 || width === 0 || height * width > MAX_PAIRS) return [whole]
  return gapsWithin(whole, (a, b) => same(list[start + a]!, other[start + b]!))
}

/** Finds the gaps by the longest common subsequence. */
function gapsWithin(whole: Gap, same: (a: number, b: number) => boolean): readonly Gap[] {
  const { from, to, otherFrom, otherTo } = whole
  const [height, width] = [to - from, otherTo - otherFrom]
  const lengths = longest(height, width, same)
  const gaps: Gap[] = []
  let [a, b, gapA, gapB] = [0, 0, 0, 0]
  const close = () => {
    if (a > gapA || b > gapB) {
      const gap = { from: from + gapA, to: from + a }
      gaps.push({ ...gap, otherFrom: otherFrom + gapB, otherTo: otherFrom + b })
    }
  }
  while (a < height && b < width) {
    const isSame = lengths[a * (width + 1) + b]! > lengths[(a + 1) * (width + 1) + b]! && same(a, b)
    if (isSame) {
      close()
      gapA = ++a
      gapB = ++b
    } else if (lengths[(a + 1) * (width + 1) + b]! >= lengths[a * (width + 1) + b + 1]!) a++
    else b++
  }
  ;[a, b] = [height, width]
  close()
  return gaps
}

/** Returns, for each pair of starting points, the length of the common subsequence from there. */
function longest(
  height: number,
  width: number,
  same: (a: number, b: number) => boolean,
): Uint32Array {
  const lengths = new Uint32Array((height + 1) * (width + 1))
  for (let a = height - 1; a >= 0; a--) {
    for (let b = width - 1; b >= 0; b--) {
      const at = a * (width + 1) + b
      const skip = Math.max(lengths[at + width + 1]!, lengths[at + 1]!)
      lengths[at] = same(a, b) ? Math.max(skip, lengths[at + width + 2]! + 1) : skip
    }
  }
  return lengths
}
