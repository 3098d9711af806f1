/**
 * Stored keys as variables of an environment: which names are allowed, what is set, and a mask for the values. A name becomes part of
 * the environment of programs, so it must be a key and nothing that changes how programs run.
 */

interface OpenedKey {
  readonly name: string
  /** Null = there is none to give. */
  readonly value: string | null
}

export interface KeyVariables {
  /** The person's own environment has it, which wins. An empty one is as good as none. */
  isSet(name: string): boolean
  /** Exactly these from now on; where a key has left, the environment is as it was before. */
  apply(keys: readonly OpenedKey[]): void
  /** Blots out every value that was applied since the start. */
  mask(text: string): string
}

/** `fold` is the same for names that mean the same variable. */
export function createKeyVariables(
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
