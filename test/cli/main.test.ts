import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from './yard-command.ts'

let place: TestYard
let bare: TestYard
beforeAll(async () => {
  place = await openTestYard()
  bare = await openTestYard(true)
  await place.yard(['add', 'First', '--id', 'a', '--exec', 'true'])
  await place.yard(['add', 'Second', '--id', 'b', '--exec', 'true', '--after', 'a'])
}, 60_000)
afterAll(async () => {
  await place.close()
  await bare.close()
})

/** words → exit code, and what the one line says */
const TABLE: readonly [words: string, code: number, says: RegExp][] = [
  ['lsit', 2, /did you mean list\?/],
  ['status', 2, /did you mean service status or transport status\?/],
  ['logs', 2, /did you mean service logs\?/],
  ['stop', 2, /did you mean service stop\?/],
  ['service strat', 2, /did you mean service start\?/],
  ['model lst', 2, /did you mean model list\?/],
  ['schedule a', 2, /unknown command 'a'; see `yard help schedule`/],
  ['show', 2, /see `yard help show`/],
  ['service start --nonsense', 2, /see `yard help service start`/],
  ['list --jsn', 2, /did you mean --json\?/],
  ['list --status raedy', 2, /did you mean "ready"\?/],
  ['list --limit none', 2, /whole number/],
  ['list extra', 2, /too many arguments/],
  ['add', 2, /missing required argument/],
  ['add T --id .hidden', 2, /is no id/],
  ['add T --timeout soon', 2, /is no duration/],
  ['add T --not-before tomorrow', 2, /is no point in time/],
  ['add T --tz Europe/Berlin', 2, /--schedule/],
  ['add T --delay 5m --not-before 2030-01-01', 2, /cannot be used with/],
  ['add T --priority urgent', 2, /Allowed choices/],
  ['add T --max-attempts 0', 2, /whole number/],
  ['add T --schedule whenever', 2, /schedule/],
  ['add T --budget five', 2, /five/],
  ['add T --id a', 4, /taken/],
  ['add T --after nope', 3, /nope.*yard list/],
  ['add T --after a,bb', 3, /bb.*did you mean "b"\?/],
  ['add T --before aa', 3, /did you mean "a"\?/],
  ['add aab --id aab --after aaab', 3, /add that task first/],
  ['add T --executor shel', 3, /shell/],
  ['add T --model opsu', 3, /opus/],
  ['edit a', 2, /nothing to change/],
  ['edit nope --title x', 3, /no task/],
  ['edit bb --title x', 3, /no task "bb"; did you mean "b"\?/],
  ['edit a --after bb', 3, /did you mean "b"\?/],
  ['edit a --add-after bb', 3, /did you mean "b"\?/],
  ['edit b --remove-after aa', 3, /did you mean "a"\?/],
  ['edit a --add-after b', 4, /cycle: .*a.*b/],
  ['show nope', 3, /no task/],
  ['show -- -x', 2, /is no id/],
  ['why nope', 3, /no task/],
  ['publish nope', 3, /no task/],
  ['pause nope', 3, /no task/],
  ['resume nope', 3, /no task/],
  ['done nope', 3, /no task/],
  ['done b', 4, /b/],
  ['done a --artifacts [', 2, /is no JSON/],
  ['done a --artifacts 3', 2, /neither a list nor an object/],
  ['done a --agent bob', 2, /is no agent/],
  ['fail a', 2, /--reason/],
  ['fail a --reason x --class y', 2, /Allowed choices/],
  ['retry nope', 3, /no task/],
  ['reopen nope', 3, /no task/],
  ['abandon nope', 3, /no task/],
  ['remove a', 4, /a/],
  ['remove nope', 3, /no task/],
  ['log nope text', 3, /no task/],
  ['artifact nope path', 3, /no task/],
  ['artifact a', 2, /missing required argument/],
  ['artifact a nothing.txt', 1, /there is no file "nothing.txt"/],
  ['artifact a .yard/config.toml', 4, /belongs to the yard/],
  ['artifact a /etc/hostname', 4, /not below the task's folder/],
  ['artifact a ..', 4, /not below/],
  ['add T --exec true --model opus', 2, /has no use for --model/],
  ['add T --exec true --budget 5 --mode light', 2, /has no use for --budget and --mode/],
  ['edit a --budget-tokens 5', 2, /has no use for --budget-tokens/],
  ['add T --executor schedule', 2, /knows no time .*--schedule "09:00".*executors.schedule/],
  ['schedule skip nope', 3, /no task/],
  ['schedule never', 2, /unknown command/],
  ['fail a --reason x --class killed', 2, /Allowed choices/],
  ['add T --exec true --schedule 2020-01-01', 2, /cannot be read/],
  ['import nowhere.toml', 1, /no such file/],
  ['export --format xml', 2, /Allowed choices/],
  ['run nowhere.toml', 1, /no such file/],
  ['wait nope', 3, /no task/],
  ['wait --timeout 5 a', 2, /is no duration/],
  ['wait a', 1, /nothing runs/],
  ['watch --since now', 2, /whole number/],
  ['viz extra', 2, /too many arguments/],
  ['agents --alive --dead', 2, /cannot be used with/],
  ['agents --task nope', 3, /no task/],
  ['output agent-99', 3, /no agent/],
  ['output me', 3, /no task "me"/],
  ['kill', 2, /no agent was named/],
  ['kill agent-1 --all', 2, /both/],
  ['kill agent-99', 3, /no agent/],
  ['kill bb', 3, /no task "bb"; did you mean "b"\?/],
  ['kill a b', 3, /no agent works on a now/],
  ['dead-agents --cleanup --purge', 2, /cannot be used with/],
  ['config', 2, /nothing to show/],
  ['config coordinator.max_agent', 2, /coordinator\.max_agents/],
  ['config coordinator.max_agents many', 2, /whole number/],
  ['config --max-agents -1', 2, /whole number/],
  ['config --auto-everything true', 2, /unknown option/],
  ['config --unset nothing.there', 2, /no config key/],
  ['model add --provider p --model-id m', 2, /missing required argument/],
  ['model add x', 2, /--provider/],
  ['model remove nope', 3, /no model/],
  ['model set-default opsu', 3, /opus/],
  ['model set --role chef opus', 2, /chef/],
  ['service pause', 1, /no service is running/],
  ['service reload', 1, /no service is running/],
  ['service start --port 99999', 2, /whole number/],
  ['completion tcsh', 2, /Allowed choices/],
  ['help nothing', 2, /no command "nothing"/],
  ['claim a', 2, /--as/],
  ['claim a --as me', 4, /for executor shell/],
  ['claim a --as me --lease never', 2, /no interval/],
  ['heartbeat agent-99', 3, /no agent agent-99/],
  ['forecats', 2, /unknown command/],
]

describe('bad input', () => {
  it.each(TABLE)('yard %s ends with %i', async (words, code, says) => {
    const ended = await place.yard(words.split(' ').filter(Boolean))
    expect(ended.err).toMatch(says)
    expect(ended.err.trim().split('\n')).toHaveLength(1)
    expect(ended.err).toMatch(/^yard: /)
    expect(ended.code).toBe(code)
    expect(ended.out).toBe('')
  })

  it('says it as JSON on stdout, too', async () => {
    const ended = await place.yard(['show', 'nope', '--json'])
    expect(JSON.parse(ended.out)).toMatchObject({ error: { kind: 'unknown-task' } })
    expect(ended.code).toBe(3)
  })

  it('names every fault of a graph at once, each by its line', async () => {
    const graph = [
      ...['[[task]]', 'id = "one"', 'title = "One"', 'priority = "urgent"', 'exec = "true"'],
      ...['[[task]]', 'id = "two"', 'title = "Two"', 'executor = "shel"', 'after = ["one"]'],
      ...['[[task]]', 'id = "three"', 'title = "Three"', 'exec = "true"', 'after = ["onne"]'],
      ...['[[task]]', 'id = "a"', 'title = "Taken"', 'exec = "true"'],
      ...['[[task]]', 'id = "five"', 'title = "Five"', 'exec = "true"', 'schedule = "0 0 30 2 *"'],
      ...['[[task]]', 'id = "six"', 'title = "Six"', 'exec = "true"', 'model = "opus"'],
    ].join('\n')
    const ended = await place.yard(['import', '-'], { stdin: graph })
    const { err, code } = ended
    expect(code).toBe(1)
    const said = [
      ...[
        /line 4: priority/,
        /line 9: .*no executor "shel"/,
        /line 15: .*onne.*did you mean "one"\?/,
      ],
      ...[
        /line 17: .*the id a is taken/,
        /line 24: .*never fires/,
        /line 29: .*no use for --model/,
      ],
    ]
    for (const each of said) expect(err).toMatch(each)
    expect(err.match(/line \d+:/g)).toHaveLength(said.length)
    expect(err).toMatch(/nothing was imported\n$/)
    const list = await place.json(['list'])
    expect(list).toHaveLength(2)
  })

  it.each(['list', 'add T', 'service status', 'run', 'config --list', 'service start'])(
    'yard %s ends with 5 where no yard is',
    async (words) => {
      const ended = await bare.yard(words.split(' '))
      expect(ended.code).toBe(5)
      expect(ended.err).toMatch(/no yard in .*yard init/)
    },
  )
})
