/** `yard help` and `yard completion`. */
import type { Command, Option } from 'commander'
import { err } from '../../base/result.ts'
import { hintOf } from '../../domain/near-match.ts'
import { argument, defineCommand, printed } from '../spec/define.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export const help = defineCommand({
  arguments: { path: argument('[command...]', 'such as add, or service start') },
  examples: ['yard help add', 'yard help service start'],
  async handler(cli, { path }) {
    let command = await cli.tree(path)
    for (const name of path) {
      const names = command.commands.map((known) => known.name())
      const found = command.commands.find((candidate) => candidate.name() === name)
      if (!found)
        return err({
          kind: 'bad-request',
          message: `there is no command "${path.join(' ')}"`,
          hint: hintOf(name, names, 'commands'),
        })
      command = found
    }
    let text = ''
    command.configureOutput({ writeOut: (part) => void (text += part) })
    command.outputHelp()
    return printed(cli, { help: text }, () => cli.print.raw(text))
  },
})

export const completion = defineCommand({
  arguments: { shell: argument.oneOf('<shell>', 'bash, zsh or fish', SHELLS) },
  examples: [
    'source <(yard completion bash)',
    'yard completion fish > ~/.config/fish/completions/yard.fish',
  ],
  async handler(cli, { shell }) {
    const script = completionScript(await cli.tree(), shell)
    return printed(cli, { script }, () => cli.print.raw(script))
  },
})

/** What may follow after the words of one command. */
interface Context {
  /** `service start`; empty at the root. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly options: readonly Option[]
  /** Words that an argument may be. */
  readonly choices: readonly string[]
}

export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const contexts = contextsOf(program, [])
  switch (shell) {
    case 'bash':
      return bashScript(contexts)
    case 'zsh':
      return zshScript(contexts)
    case 'fish':
      return fishScript(contexts)
  }
}

function contextsOf(command: Command, path: readonly string[]): Context[] {
  const commands = command.commands.map((below) => ({
    name: below.name(),
    summary: below.description(),
  }))
  const isHelp = path.length === 1 && path[0] === 'help'
  const context: Context = {
    path: path.join(' '),
    commands,
    options: command.options,
    choices: isHelp
      ? (command.parent?.commands ?? []).map((sibling) => sibling.name())
      : command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
  }
  return [
    context,
    ...command.commands.flatMap((below) => contextsOf(below, [...path, below.name()])),
  ]
}

const wordsAt = (context: Context): string[] => [
  ...context.commands.map(({ name }) => name),
  ...context.choices,
  ...context.options.flatMap(({ long, short }) => [long, short]).filter((word) => word != null),
  '--help',
]

/** Options that take a value from a list, as `path --option` → words. */
const valueCases = (contexts: readonly Context[]): { key: string; words: readonly string[] }[] =>
  contexts.flatMap(({ path, options }) =>
    options.flatMap(({ long, argChoices }) =>
      long && argChoices ? [{ key: `${path} ${long}`.trim(), words: argChoices }] : [],
    ),
  )

/** Finds the command that the words so far name. Shared by bash and zsh, which both read it. */
const pathFunction = (contexts: readonly Context[]): string[] => {
  const paths = contexts.map(({ path }) => path).filter((path) => path !== '')
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
    ...valueCases(contexts).map(
      ({ key, words }) => `    '${key}') printf %s '${words.join(' ')}'; return ;;`,
    ),
    '  esac',
    '  case "$1" in',
    ...contexts.map(
      (context) => `    '${context.path}') printf %s '${wordsAt(context).join(' ')}' ;;`,
    ),
    '  esac',
    '}',
  ]
}

const bashScript = (contexts: readonly Context[]): string =>
  [
    '# Completion of yard for bash: source <(yard completion bash)',
    ...pathFunction(contexts),
    '_yard() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words',
    '  words="$(_yard_words "$(_yard_path "${COMP_WORDS[@]:1:COMP_CWORD-1}")" "$previous")"',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _yard yard',
    '',
  ].join('\n')

const zshScript = (contexts: readonly Context[]): string =>
  [
    '#compdef yard',
    '# Completion of yard for zsh: source <(yard completion zsh)',
    ...pathFunction(contexts),
    '_yard() {',
    '  local found',
    '  found="$(_yard_words "$(_yard_path "${(@)words[2,CURRENT-1]}")" "${words[CURRENT-1]}")"',
    '  compadd -- ${=found}',
    '  _files',
    '}',
    'compdef _yard yard',
    '',
  ].join('\n')

function fishScript(contexts: readonly Context[]): string {
  const lines = contexts.flatMap((context) => {
    const condition = `-n '${fishCondition(context)}'`
    return [
      ...context.commands.map(
        ({ name, summary }) =>
          `complete -c yard ${condition} -f -a ${name} -d ${fishText(summary)}`,
      ),
      ...context.choices.map((word) => `complete -c yard ${condition} -f -a ${word}`),
      ...context.options.map((option) => `complete -c yard ${condition} ${fishOption(option)}`),
    ]
  })
  return [
    '# Completion of yard for fish: yard completion fish > ~/.config/fish/completions/yard.fish',
    ...pathOfFish(contexts),
    ...lines,
    '',
  ].join('\n')
}

const pathOfFish = (contexts: readonly Context[]): string[] => [
  'function __yard_path',
  '  set -l path',
  '  for word in (commandline -opc)[2..-1]',
  "    string match -q -- '-*' $word; and continue",
  `    contains -- (string join ' ' $path $word) ${contexts
    .filter(({ path }) => path !== '')
    .map(({ path }) => `'${path}'`)
    .join(' ')}; and set path $path $word`,
  '  end',
  "  string join ' ' $path",
  'end',
]

const fishCondition = ({ path }: Context): string =>
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
