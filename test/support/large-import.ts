/** Imports that are carried out in pieces. */
import { resolve } from 'node:path'
import type { CommandOf } from '../../src/domain/command.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { taskId } from './plan-builder.ts'

export const LARGE_WRITE_ENTRY = resolve(
  import.meta.dirname,
  '../../src/store/large/large-write-worker.ts',
)

export const nameAt = (index: number): string => `n${index}`

/** Each waits for the one before it; `last` is said of the last one. */
export function chainOf(count: number, last: Partial<NewTask> = {}): CommandOf<'tasks.import'> {
  const tasks = Array.from({ length: count }, (_, i) => {
    const after = i > 0 ? { after: [taskId(nameAt(i - 1))] } : {}
    const task = { id: taskId(nameAt(i)), title: `Task ${i}`, ...after }
    return { task: i === count - 1 ? { ...task, ...last } : task, nextFireAt: null }
  })
  return { type: 'tasks.import', tasks }
}
