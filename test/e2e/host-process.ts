/** A whole host in a process of its own, that tests may kill: the yard of the folder named first, the built page, any port. */
import { join, resolve } from 'node:path'
import { silentLog } from '../../src/base/log.ts'
import { yardPaths } from '../../src/config/paths.ts'
import { serveYard } from '../../src/headless/serve.ts'
import { openYard } from '../../src/yard/open-yard.ts'

const project = resolve(import.meta.dirname, '../..')
const opened = await openYard({
  paths: yardPaths(process.argv[2] ?? ''),
  host: 'service',
  log: silentLog,
  flags: {},
  runsAgents: true,
  env: process.env,
  resources: join(project, 'resources'),
  launcherEntry: join(project, 'src/agents/launcher-entry.ts'),
  tailEntry: join(project, 'src/agents/tail-worker.ts'),
})
if (!opened.ok) throw new Error(opened.error.message)
const yard = opened.value
const stop = (): void =>
  void served.value
    .close()
    .then(() => yard.close())
    .then(() => process.exit(0))
const served = await serveYard(yard, {
  pageRoot: join(project, 'out/renderer'),
  log: silentLog,
  onStop: () => stop(),
}).then((result) => {
  if (!result.ok) throw new Error(result.error.message)
  return result
})
process.on('SIGTERM', stop)
process.stdout.write(
  `${JSON.stringify({ url: served.value.url, pageUrl: served.value.pageUrl(), pid: process.pid })}\n`,
)
