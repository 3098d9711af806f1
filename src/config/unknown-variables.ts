/** Variables of the environment that look like settings and are none. */
import { readFileSync } from 'node:fs'
import { nearMatch } from '../domain/near-match.ts'

interface UnknownVariable {
  readonly name: string
  /** The setting that was most likely meant. */
  readonly near: string | null
}

const OF_PEOPLE = ['YARD_DIR', 'YARD_NODE', 'YARD_DEV', 'YARD_PAGE']
/** Set by this program: the marker and the rights of an agent, and what its own processes hand on. */
const OURS =
  /^YARD_(URL|TOKEN|TASK_ID|AGENT_ID|AGENT_KEY|GENERATION|MODEL|PROVIDER_KEY|HANDED_OVER|BENCH_.*)$/

/** One that a config file names (`api_key_env`, `env`) is the user's own. What is set for an agent is not looked at. */
export async function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
  configFiles: readonly string[],
): Promise<readonly UnknownVariable[]> {
  if (env['YARD_AGENT_ID'] || env['YARD_AGENT_KEY']) return []
  const odd = Object.keys(env).filter(
    (name) =>
      name.startsWith('YARD_') && env[name] && !OF_PEOPLE.includes(name) && !OURS.test(name),
  )
  if (odd.length === 0) return []
  const texts = configFiles.map(textOf)
  // Only now: the schema takes longer to load than most commands take.
  const [{ PLAIN_KEYS }, { variableOf }] = await Promise.all([
    import('./keys.ts'),
    import('./layer.ts'),
  ])
  const settings = new Set(PLAIN_KEYS.map(({ path }) => variableOf(path)))
  // Of two with the same last word the first is meant.
  const byLastWord = new Map(
    PLAIN_KEYS.toReversed().map(({ path }) => [`YARD_${path.at(-1)}`, variableOf(path)]),
  )
  return odd
    .filter((name) => !settings.has(name) && !texts.some((text) => text.includes(name)))
    .map((name) => {
      const near = nearMatch(name, [...byLastWord.keys(), ...OF_PEOPLE, ...settings])
      return { name, near: (near && byLastWord.get(near)) ?? near }
    })
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // its reader reports that it cannot be read
  }
}
