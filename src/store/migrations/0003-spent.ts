/**
 * What every agent that has ended used and cost, in a row of its own: sums by task, model, executor or time never open a body, and
 * what was spent stays known when the agent is forgotten.
 */
export const spent = {
  number: 3,
  title: 'spent',
  sql: `
CREATE TABLE spent (
  agent INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  executor TEXT NOT NULL,
  model TEXT,
  ended_at INTEGER NOT NULL,
  cost_usd REAL,
  input_tokens REAL,
  output_tokens REAL,
  cached_tokens REAL,
  cost_source TEXT
) STRICT;
CREATE INDEX spent_by_end ON spent (ended_at, cost_usd, input_tokens, output_tokens);
CREATE INDEX spent_by_task ON spent (task_id, ended_at, cost_usd, input_tokens, output_tokens);
INSERT INTO spent
  SELECT number, task_id, json_extract(body, '$.executor'), json_extract(body, '$.model'), json_extract(body, '$.endedAt'),
    json_extract(body, '$.usage.costUsd'), json_extract(body, '$.usage.inputTokens'), json_extract(body, '$.usage.outputTokens'),
    json_extract(body, '$.usage.cachedTokens'),
    CASE WHEN json_extract(body, '$.usage.costUsd') IS NULL THEN NULL ELSE 'cli' END
  FROM agent WHERE state = 'ended' AND json_extract(body, '$.endedAt') IS NOT NULL;
DROP INDEX agent_by_cost;
`,
} as const
