// npm test [-- VITEST ARGUMENTS…]: installs and builds what is missing, then runs every test but the real-agent ones.
import { buildIfStale } from './build-if-stale.mjs'
import { ensureChromium, howToGetChromium } from './chromium.mjs'
import { installMissing } from './install-missing.mjs'
import { runScript, say } from './project.mjs'
import { runTool } from './run-tool.mjs'

await runScript(async () => {
  const args = process.argv.slice(2)
  await installMissing()
  await buildIfStale()
  const chosen = args.some((arg) => arg.startsWith('--project'))
  const projects = chosen ? [] : projectsFor(ensureChromium())
  return runTool('vitest', ['run', ...projects.flatMap((name) => ['--project', name]), ...args])
})

function projectsFor(chromium) {
  if (chromium !== null) {
    process.env.CHROME_PATH = chromium
    return ['unit', 'dom', 'e2e']
  }
  say('SKIPPED: the end-to-end tests, because there is no Chromium here.')
  say(`To run them as well: ${howToGetChromium()}`)
  return ['unit', 'dom']
}
