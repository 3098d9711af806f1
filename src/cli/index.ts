/** The entry of the command `yard`: looks at the Node.js it runs in before anything else is loaded. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { nodeProblem, userCache } from '../config/paths.ts'

const problem = nodeProblem(process.versions)
if (problem !== null) {
  process.stderr.write(`yard: ${problem}\n`)
  process.exitCode = 1
} else {
  const cache = userCache(process.env)
  // Where the folder cannot be used, each command compiles anew; NODE_DISABLE_COMPILE_CACHE turns it off.
  if (cache !== null) enableCompileCache(join(cache, 'compiled'))
  const { runProcess } = await import('./main.ts')
  await runProcess(new URL(import.meta.url))
}
