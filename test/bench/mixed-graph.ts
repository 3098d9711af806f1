/** A graph of the shapes that real work has: blocks of 100 tasks, each a fan-out into chains that join again. */
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'

const BLOCK = 100
const CHAINS = 14
const CHAIN_LENGTH = 7

/** `count` tasks; each waits for at most 14 others. */
export function* mixedGraph(count: number, exec: string): Generator<NewTask> {
  for (let i = 0; i < count; i += 1)
    yield { id: idOf(i), title: `task ${i}`, exec, after: blockersOf(i) }
}

const idOf = (i: number): TaskId => `t${i}` as TaskId

/** 0 is the root of its block, then 14 chains of 7, then one that joins them. */
function blockersOf(i: number): TaskId[] {
  const base = i - (i % BLOCK)
  const place = i - base
  if (place === 0) return []
  if (place > CHAINS * CHAIN_LENGTH)
    return Array.from({ length: CHAINS }, (_, chain) => idOf(base + (chain + 1) * CHAIN_LENGTH))
  const isFirst = (place - 1) % CHAIN_LENGTH === 0
  return [idOf(isFirst ? base : i - 1)]
}
