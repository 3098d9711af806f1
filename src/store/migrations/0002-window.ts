/**
 * What the window asks for: where a person put nodes, which is no event of the yard, and indexes to read the past by entity
 * and by time. The agents' indexes hold all that sums of usage need, so that a sum never opens a body.
 */
export const window = {
  number: 2,
  title: 'window',
  sql: `
CREATE TABLE position (
  task_id TEXT PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
  x REAL NOT NULL,
  y REAL NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX journal_by_entity ON journal (entity, id);
CREATE INDEX journal_by_time ON journal (at, event);
CREATE INDEX journal_by_dependent ON journal (substr(id, instr(id, '>') + 1)) WHERE entity = 'dependency';
CREATE INDEX agent_by_end ON agent (
  json_extract(body, '$.endedAt'),
  json_extract(body, '$.usage.costUsd'),
  json_extract(body, '$.usage.inputTokens'),
  json_extract(body, '$.usage.outputTokens'),
  state
) WHERE state = 'ended';
CREATE INDEX agent_by_cost ON agent (task_id, json_extract(body, '$.usage.costUsd'))
  WHERE json_extract(body, '$.usage.costUsd') IS NOT NULL;
`,
} as const
