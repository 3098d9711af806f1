/** docs/cli.md, made from the commands. `node src/cli/spec/docs.ts` writes it; a test holds it to be current. */
import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { commandGroups } from '../groups.ts'
import { createProgram, globalOptions, requiredFlags } from './program.ts'
import type { CommandSpec } from './define.ts'

export async function cliDocs(): Promise<string> {
  const root = await createProgram(commandGroups, async () => {}).complete()
  const sections: string[] = []
  for (const { title, commands } of commandGroups) {
    sections.push(`## ${title}\n`)
    for (const { name, summary, load } of commands)
      sections.push(
        ...commandSection({ name, summary, ...(await load()) }, find(root, name), 'yard'),
      )
  }
  return [...head(), ...sections].join('\n')
}

const head = (): string[] => [
  '# The command line\n',
  '<!-- Made from the commands by `node src/cli/spec/docs.ts`; do not edit. -->\n',
  'Every command works in any folder below a yard, and takes these options before or after its name:\n',
  ...globalOptions().map(({ flags, description }) => `- \`${flags}\`: ${cell(description)}`),
  '',
  'Exit codes: 0 done · 1 it failed · 2 the words were wrong · 3 no such task, agent, model or executor ·',
  '4 refused by a rule · 5 no yard here. Errors are one line on stderr; with `--json` also',
  '`{"error": {"kind", "message", "hint"}}` on stdout.\n',
]

function find(parent: Command, name: string): Command {
  const command = parent.commands.find((candidate) => candidate.name() === name)
  if (!command) throw new Error(`the command ${name} is not in the program`)
  return command
}

function commandSection(spec: CommandSpec, command: Command, before: string): string[] {
  const name = `${before} ${spec.name}`
  const args = command.registeredArguments.map((argument) =>
    argument.required
      ? `<${argument.name()}${argument.variadic ? '...' : ''}>`
      : `[${argument.name()}${argument.variadic ? '...' : ''}]`,
  )
  return [
    `### \`${[name, ...args, ...requiredFlags(spec)].join(' ')}\`\n`,
    `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.\n`,
    ...argumentLines(command),
    ...optionLines(spec),
    ...spec.notes.map((note) => `${note}\n`),
    ...(spec.examples.length > 0 ? ['```sh', ...spec.examples, '```\n'] : []),
    ...spec.subcommands.flatMap((child) => commandSection(child, find(command, child.name), name)),
  ]
}

function argumentLines(command: Command): string[] {
  const lines = command.registeredArguments.map(
    (argument) => `- \`${argument.name()}\`: ${cell(argument.description)}`,
  )
  return lines.length === 0 ? [] : [...lines, '']
}

function optionLines({ options }: CommandSpec): string[] {
  if (options.length === 0) return []
  const rows = options.map(({ flags, description, argChoices }) => {
    const choices = argChoices ? ` (${argChoices.join(', ')})` : ''
    return `| \`${flags}\` | ${cell(description + choices)} |`
  })
  return ['| option | meaning |', '|---|---|', ...rows, '']
}

const cell = (text: string): string => text.replace(/\|/g, '\\|')

if (import.meta.main)
  writeFileSync(new URL('../../../docs/cli.md', import.meta.url), await cliDocs())
