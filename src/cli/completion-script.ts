/** Completion scripts for shells, made from the tree of commands. */
import type { Command, Option } from 'commander'
import { invariant } from '../base/result.ts'

/** What may follow after the words of one command. */
interface Place {
  /** `service start`; empty at the root. */
  readonly path: string
  readonly does: string
  readonly commands: readonly { readonly name: string; readonly does: string }[]
  readonly options: readonly Option[]
  /** Words that an argument may be. */
  readonly choices: readonly string[]
}

export function completionScript(program: Command, shell: string): string {
  const places = placesOf(program, [])
  if (shell === 'bash') return bashScript(places)
  if (shell === 'zsh') return zshScript(places)
  invariant(shell === 'fish', `unknown shell ${shell}`)
  return fishScript(places)
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const commands = command.commands.map((below) => ({
    name: below.name(),
    does: below.description(),
  }))
  const isHelp = path.length === 1 && path[0] === 'help'
  const own: Place = {
    path: path.join(' '),
    does: command.description(),
    commands,
    options: command.options,
    choices: isHelp
      ? (command.parent?.commands ?? []).map((sibling) => sibling.name())
      : command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }
  return [own, ...command.commands.flatMap((below) => placesOf(below, [...path, below.name()]))]
}

const wordsAt = (place: Place): string[] => [
  ...place.commands.map(({ name }) => name),
  ...place.choices,
  ...place.options.flatMap(({ long, short }) => [long, short]).filter((word) => word != null),
  '--help',
]

/** Options that take a value from a list, as `path --option` → words. */
const valueCases = (places: readonly Place[]): { key: string; words: readonly string[] }[] =>
  places.flatMap(({ path, options }) =>
    options.flatMap(({ long, argChoices }) =>
      long && argChoices ? [{ key: `${path} ${long}`.trim(), words: argChoices }] : [],
    ),
  )

/** Finds the command that the words so far name. Shared by bash and zsh, which both read it. */
const pathFunction = (places: readonly Place[]): string[] => {
  const paths = places.map(({ path }) => path).filter((path) => path !== '')
  return [
    '_yard_path() {',
    "  local path='' word",
    '  for word in "$@"; do',
    '    case "$word" in -*) continue ;; esac',
    '    case "${path:+$path }$word" in',
    `      ${paths.map((path) => `'${path}'`).join('|')}) path="\${path:+$path }$word" ;;`,
    '    esac',
    '  done',
    '  printf %s "$path"',
    '}',
    '_yard_words() {',
    '  case "$1 $2" in',
    ...valueCases(places).map(
      ({ key, words }) => `    '${key}') printf %s '${words.join(' ')}'; return ;;`,
    ),
    '  esac',
    '  case "$1" in',
    ...places.map((place) => `    '${place.path}') printf %s '${wordsAt(place).join(' ')}' ;;`),
    '  esac',
    '}',
  ]
}

const bashScript = (places: readonly Place[]): string =>
  [
    '# Completion of yard for bash: source <(yard completion bash)',
    ...pathFunction(places),
    '_yard() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words',
    '  words="$(_yard_words "$(_yard_path "${COMP_WORDS[@]:1:COMP_CWORD-1}")" "$previous")"',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _yard yard',
    '',
  ].join('\n')

const zshScript = (places: readonly Place[]): string =>
  [
    '#compdef yard',
    '# Completion of yard for zsh: source <(yard completion zsh)',
    ...pathFunction(places),
    '_yard() {',
    '  local found',
    '  found="$(_yard_words "$(_yard_path "${(@)words[2,CURRENT-1]}")" "${words[CURRENT-1]}")"',
    '  compadd -- ${=found}',
    '  _files',
    '}',
    'compdef _yard yard',
    '',
  ].join('\n')

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const condition = `-n '${fishCondition(place)}'`
    return [
      ...place.commands.map(
        ({ name, does }) => `complete -c yard ${condition} -f -a ${name} -d ${fishText(does)}`,
      ),
      ...place.choices.map((word) => `complete -c yard ${condition} -f -a ${word}`),
      ...place.options.map((option) => `complete -c yard ${condition} ${fishOption(option)}`),
    ]
  })
  return [
    '# Completion of yard for fish: yard completion fish > ~/.config/fish/completions/yard.fish',
    ...pathOfFish(places),
    ...lines,
    '',
  ].join('\n')
}

const pathOfFish = (places: readonly Place[]): string[] => [
  'function __yard_path',
  '  set -l path',
  '  for word in (commandline -opc)[2..-1]',
  "    string match -q -- '-*' $word; and continue",
  `    contains -- (string join ' ' $path $word) ${places
    .filter(({ path }) => path !== '')
    .map(({ path }) => `'${path}'`)
    .join(' ')}; and set path $path $word`,
  '  end',
  "  string join ' ' $path",
  'end',
]

const fishCondition = ({ path }: Place): string =>
  `test (__yard_path | string collect)x = "${path}"x`

function fishOption({ long, short, description, argChoices, required }: Option): string {
  const words = [
    long ? `-l ${long.slice(2)}` : '',
    short ? `-s ${short.slice(1)}` : '',
    required ? '-r' : '',
    argChoices ? `-f -a '${argChoices.join(' ')}'` : '',
    `-d ${fishText(description)}`,
  ]
  return words.filter(Boolean).join(' ')
}

const fishText = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`
