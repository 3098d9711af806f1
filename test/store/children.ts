/** Starts `child.ts` and reads what it says, line by line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Child {
  readonly pid: number
  /** Its lines up to and with the first that is `last`. */
  until(last: string): Promise<string[]>
  /** Its next line. */
  line(): Promise<string>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

export function startChild(...args: string[]): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done) throw new Error('the child has no more to say')
    return next.value
  }
  return {
    pid: child.pid ?? 0,
    line,
    async until(last) {
      const all: string[] = []
      while (all.at(-1) !== last) all.push(await line())
      return all
    },
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
