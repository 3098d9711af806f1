/** A binary heap: `peek` is the item that no other goes before. */
export interface Heap<T> {
  readonly size: number
  push(item: T): void
  peek(): T | undefined
  pop(): T | undefined
}

export function createHeap<T>(goesBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []
  const at = (i: number): T => items[i] as T
  const swap = (a: number, b: number): void => {
    const kept = at(a)
    items[a] = at(b)
    items[b] = kept
  }
  const rise = (start: number): void => {
    for (let i = start; i > 0;) {
      const parent = (i - 1) >> 1
      if (!goesBefore(at(i), at(parent))) return
      swap(i, parent)
      i = parent
    }
  }
  const sink = (): void => {
    for (let i = 0; ;) {
      const left = 2 * i + 1
      if (left >= items.length) return
      const right = left + 1
      const child = right < items.length && goesBefore(at(right), at(left)) ? right : left
      if (!goesBefore(at(child), at(i))) return
      swap(i, child)
      i = child
    }
  }
  return {
    get size() {
      return items.length
    },
    push(item) {
      items.push(item)
      rise(items.length - 1)
    },
    peek: () => items[0],
    pop() {
      const first = items[0]
      const last = items.pop()
      if (items.length > 0 && last !== undefined) {
        items[0] = last
        sink()
      }
      return first
    },
  }
}
