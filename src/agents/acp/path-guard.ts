/** Which files the agent may have through us: symbolic links are followed before it is judged where a path leads. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

/** Where a path leads when every link in it is followed; what does not exist yet lies below its nearest parent that does. */
export async function whereItLeads(path: string): Promise<string> {
  const whole = resolve(path)
  try {
    return await realpath(whole)
  } catch (error) {
    const parent = dirname(whole)
    if (!isMissing(error) || parent === whole) throw error
    return join(await whereItLeads(parent), basename(whole))
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
