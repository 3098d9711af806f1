/**
 * API keys behind the key store of the system: one file of sealed values by the names of environment variables. Opened values exist in
 * the environment that the app gives to its yards and nowhere else. Variables that are really set win.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { DesktopKey, DesktopKeys } from '../contract/desktop.ts'
import { writeJson } from './json-file.ts'

/** Electron's `safeStorage`, as far as it is used. */
export interface KeyCipher {
  /** Why nothing can be sealed here, in a sentence; null = it can. */
  refusal(): Promise<string | null>
  /** Binds the value to its name. Throws a sentence where it cannot be done. */
  seal(name: string, value: string): Promise<string>
  /** Null = it cannot be opened here, or was sealed under another name. */
  open(name: string, sealed: string): Promise<string | null>
}

export interface KeyStoreParts {
  /** Absolute; made with the first key. */
  readonly file: string
  /** Of the yards of this app. It is changed here: a key that is kept or removed counts at the next start of an agent. */
  readonly env: Record<string, string | undefined>
  readonly platform: NodeJS.Platform
  readonly cipher: KeyCipher
  readonly clock: Clock
  readonly log: Log
}

export interface KeyStore {
  /** Resolves once the kept keys are in the environment, or after 20 s: a person may be asked to open the key ring. Never rejects. */
  ready(): Promise<void>
  /** Names only. What could not be opened before is tried again. */
  list(): Promise<DesktopKeys>
  /** Throws a sentence for people, without the value. */
  keep(name: string, value: string): Promise<DesktopKeys>
  /** Also of one that cannot be opened. Throws where the file cannot be written. */
  remove(name: string): Promise<DesktopKeys>
  /** Blots out every value that was opened since the start. */
  mask(text: string): string
}

const PATIENCE_MS = 20_000

interface Kept extends SealedKey {
  /** Null = it cannot be opened. */
  readonly value: string | null
}

export function createKeyStore(parts: KeyStoreParts): KeyStore {
  const { file, cipher, clock, log } = parts
  const fold = (name: string): string => (parts.platform === 'win32' ? name.toUpperCase() : name)
  const variables = createKeyVariables(parts.env, fold)
  const inTurn = createTurns()
  let kept: readonly Kept[] = []
  let problem: string | null = null
  const use = (next: readonly Kept[]): void => {
    kept = next
    variables.apply(kept)
  }
  const load = async (): Promise<void> => {
    const read = readKeyFile(file)
    problem = read.problem
    const each = new Map(read.keys.map((key) => [fold(key.name), key])).values()
    use(await Promise.all([...each].map((key) => opened(cipher, key))))
  }
  const reread = async (): Promise<void> => {
    if (problem !== null || kept.some(({ value }) => value === null)) await load()
  }
  const told = async (): Promise<DesktopKeys> => ({
    refusal: await cipher.refusal(),
    problem,
    keys: kept
      .map(({ name, value }): DesktopKey => ({ name, state: stateOf(variables, name, value) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  })
  const change = (to: () => Promise<readonly Kept[]>): Promise<DesktopKeys> =>
    inTurn(async () => {
      await reread()
      if (problem !== null) throw new Error(problem)
      const next = await to()
      writeKeyFile(file, next)
      use(next)
      return told()
    })
  const others = (name: string): Kept[] => kept.filter((key) => fold(key.name) !== fold(name))
  const start = async (): Promise<void> => {
    await load()
    const closed = kept.filter(({ value }) => value === null).length
    if (problem !== null || closed > 0) log.warn('kept keys cannot be opened', { problem, closed })
  }
  return {
    ready: () =>
      atMost(
        clock,
        inTurn(start).catch((error: unknown) => log.error('kept keys', { error: String(error) })),
      ),
    list: () => inTurn(async () => (await reread(), told())),
    keep: (name, typed) =>
      change(async () => [...others(name), await sealed(cipher, name, typed.trim())]),
    remove: (name) => change(async () => others(name)),
    mask: variables.mask,
  }
}

/** One act after the other, so that no change is lost to another. */
function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const next = last.then(act, act)
    last = next
    return next
  }
}

async function atMost(clock: Clock, act: Promise<void>): Promise<void> {
  let stop = (): void => {}
  const isLate = new Promise<void>((resolve) => (stop = clock.after(PATIENCE_MS, resolve)))
  await Promise.race([act, isLate])
  stop()
}

/** A name that would not be taken is not believed from the file either. */
const opened = async (cipher: KeyCipher, key: SealedKey): Promise<Kept> => ({
  ...key,
  value: keyNameProblem(key.name) === null ? await cipher.open(key.name, key.sealed) : null,
})

async function sealed(cipher: KeyCipher, name: string, value: string): Promise<Kept> {
  const why = keyNameProblem(name) ?? valueProblem(value)
  if (why !== null) throw new Error(why)
  return { name, value, sealed: await cipher.seal(name, value) }
}

/** Pasted with a line break inside it, a key would be two, and end a header early. */
function valueProblem(value: string): string | null {
  if (value === '') return 'The key is empty'
  return /^[^\p{Cc}]*$/u.test(value) ? null : 'The key has line breaks or control characters in it'
}

function stateOf(variables: KeyVariables, name: string, value: string | null): DesktopKey['state'] {
  if (value === null) return 'unreadable'
  return variables.isSet(name) ? 'overruled' : 'used'
}

const sealedKeySchema = z.object({
  name: z.string().max(256),
  /** base64. */
  sealed: z.string(),
})
type SealedKey = Readonly<z.infer<typeof sealedKeySchema>>

const fileSchema = z.object({ version: z.literal(1), keys: z.array(sealedKeySchema) })

interface KeyFile {
  readonly keys: readonly SealedKey[]
  /** A sentence for people. */
  readonly problem: string | null
}

/** Empty where there is none. One that is broken is told of and never touched. */
function readKeyFile(file: string): KeyFile {
  try {
    return { keys: fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).keys, problem: null }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (code === 'ENOENT') return { keys: [], problem: null }
    const why = code === null ? 'is not a file of keys as the app writes them' : `says ${code}`
    const problem = `${file} ${why}: its keys are not used, and it stays as it is. Move it away to begin anew.`
    return { keys: [], problem }
  }
}

/** Whole or not at all, and for its owner only. Throws where it cannot be written. */
const writeKeyFile = (file: string, keys: readonly SealedKey[]): void =>
  writeJson(file, { version: 1, keys: keys.map(({ name, sealed }) => ({ name, sealed })) })

// Stored keys as variables of an environment: which names are allowed, what is set, and a mask for the values. A name becomes part of
// the environment of programs, so it must be a key and nothing that changes how programs run.

interface OpenedKey {
  readonly name: string
  /** Null = there is none to give. */
  readonly value: string | null
}

interface KeyVariables {
  /** The person's own environment has it, which wins. An empty one is as good as none. */
  isSet(name: string): boolean
  /** Exactly these from now on; where a key has left, the environment is as it was before. */
  apply(keys: readonly OpenedKey[]): void
  /** Blots out every value that was applied since the start. */
  mask(text: string): string
}

/** `fold` is the same for names that mean the same variable. */
function createKeyVariables(
  env: Record<string, string | undefined>,
  fold: (name: string) => string,
): KeyVariables {
  const before = new Map(Object.entries(env))
  const set = new Set([...before].flatMap(([name, value]) => (value ? [fold(name)] : [])))
  const given = new Set<string>()
  // Agents that were started with one that is gone by now may still say it.
  const secrets = new Set<string>()
  const isSet = (name: string): boolean => set.has(fold(name))
  return {
    isSet,
    apply(keys: readonly OpenedKey[]): void {
      for (const name of given) {
        if (before.has(name)) env[name] = before.get(name)
        else delete env[name]
      }
      given.clear()
      for (const { name, value } of keys) {
        if (value === null) continue
        if (value.length >= SHORTEST_SECRET)
          secrets.add(value).add(JSON.stringify(value).slice(1, -1))
        if (isSet(name)) continue
        env[name] = value
        given.add(name)
      }
    },
    mask: (text) =>
      [...secrets]
        .toSorted((a, b) => b.length - a.length)
        .reduce((masked, secret) => masked.replaceAll(secret, '***'), text),
  }
}

/** A shorter one would blot out innocent text. */
const SHORTEST_SECRET = 8

const SHAPE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names by which programs find themselves, each other and their settings, or are told to load and run something else. */
const STEERING = [
  /^(PATH|PATHEXT|HOME|USER|USERNAME|LOGNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|SHELL|COMSPEC|PWD|OLDPWD|CDPATH|IFS|ENV|TERM|TZ|LANG|LANGUAGE)$/,
  /^(TMP|TEMP|TMPDIR|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|SYSTEMROOT|SYSTEMDRIVE|WINDIR|PSMODULEPATH|DISPLAY)$/,
  /^(EDITOR|VISUAL|PAGER|BROWSER|PROMPT_COMMAND|PS[0-4]|SHELLOPTS|BASHOPTS|ZDOTDIR|GCONV_PATH|CLASSPATH|CLAUDECODE)$/,
  /^(LD|DYLD|YARD|NODE|NPM|NPM_CONFIG|ELECTRON|BASH|GIT|SSH|XDG|LC|DBUS|GLIBC|MALLOC|WAYLAND|APPIMAGE|PYTHON|PERL|PERL5|RUBY|LUA|JAVA|JDK|_JAVA)_/,
  /^(PYTHON|PERL|RUBY)(PATH|LIB|HOME|OPT|STARTUP|5LIB|5OPT|5DB|LIB_PREFIX|INSPECT|BREAKPOINT|WARNINGS|USERBASE)/,
  // Another place, program or file, whatever program it is for.
  /_(URL|URI|HOST|ENDPOINT|PROXY|PATH|HOME|DIR|FILE|CONFIG|CONFIG_CONTENT|COMMAND|CMD|HEADERS|OPTS|OPTIONS|FLAGS|ARGS)$/,
  /^(SSL_CERT|REQUESTS_CA|CURL_CA|CLAUDE_CODE_USE|GOOGLE_GENAI_USE)_/,
  // Of the language itself, not of a provider.
  /^__/,
]

/** A sentence for people; null = the name is good. What does not look like a name is not repeated: it may be the key. */
export function keyNameProblem(name: string): string | null {
  if (!SHAPE.test(name))
    return 'A key goes by the name of an environment variable: letters, digits and _, and no digit first'
  // Windows knows variables whatever their case.
  const plain = name.toUpperCase()
  return STEERING.some((pattern) => pattern.test(plain))
    ? `${name} is no name for a key: this variable changes how programs run or where they send`
    : null
}
