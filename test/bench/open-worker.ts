/** The fresh process of the bench `open`: opens the yard in its argument as a full host would, and says what that took. */
import { yardPaths } from '../../src/config/paths.ts'
import { openBenchYard } from './bench-yard.ts'
import { createNullRuntime } from './null-runtime.ts'

const [root = ''] = process.argv.slice(2)
const env: Record<string, string> = {}
for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value
const folder = { paths: yardPaths(root), env, remove: () => {} }
const from = performance.now()
const yard = await openBenchYard(folder, { runtime: createNullRuntime(), runsAgents: false })
const openMs = performance.now() - from
console.log(JSON.stringify({ openMs, rssMb: process.memoryUsage().rss / 2 ** 20 }))
await yard.close()
