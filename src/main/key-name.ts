/** Which variables a kept key may be. What it is kept under becomes part of the environment of programs, so it must be no more than a key. */

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
  // Of the language itself and of nobody's provider.
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
