/** A graph file that was opened from outside: shown in words first, added to its yard only when the person says so. */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { dialog } from 'electron'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { parseGraphFile } from '../graph-file/read-graph.ts'
import { findYard } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { OpenYard } from '../desktop/open-yards.ts'

const MOST_BYTES = 50_000_000

/** `open` shows the yard in a window. A refusal of the yard itself is shown by it. */
export async function openGraphFile(
  file: string,
  open: (root: string) => Promise<Result<OpenYard, Failure>>,
): Promise<Result<null, Failure>> {
  const paths = findYard(dirname(file), {})
  if (!paths.ok)
    return err(
      failure('no-yard', `${file} lies in no yard`, {
        hint: 'Open its folder first, then import the file.',
      }),
    )
  const text = readGraph(file)
  if (!text.ok) return text
  const graph = parseGraphFile(text.value, basename(file))
  if (!graph.ok) return graph
  const yard = await open(paths.value.root)
  if (!yard.ok) return yard
  const { tasks } = graph.value
  if (!(await isWanted(tasks.length, basename(file), yard.value.name))) return ok(null)
  const client = yard.value.client() ?? (await yard.value.host.connect())?.client
  if (!client) return err(failure('not-running', `nobody answers for ${yard.value.name}`))
  try {
    await client.task.import({ tasks: [...tasks] })
    return ok(null)
  } catch (error) {
    const message = errorText(error)
    return err(failure('bad-request', message, { hint: 'Nothing was added.' }))
  }
}

function readGraph(file: string): Result<string, Failure> {
  try {
    if (statSync(file).size > MOST_BYTES)
      return err(failure('file-broken', `${file} is too large for a graph`))
    return ok(readFileSync(file, 'utf8'))
  } catch (error) {
    const why = errorText(error)
    return err(failure('io', `${file} cannot be read: ${why}`))
  }
}

async function isWanted(count: number, file: string, yard: string): Promise<boolean> {
  const tasks = count === 1 ? '1 task' : `${count} tasks`
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Add ${tasks} of ${file} to ${yard}?`,
    detail: 'Tasks that are ready start as soon as there is a place for them.',
    buttons: [`Add ${tasks}`, 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
