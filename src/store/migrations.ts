/** All migrations, oldest first. Forward only; never edited after a release. */

export interface Migration {
  readonly number: number
  readonly title: string
  readonly sql: string
}

/** The first schema: one table per kind of entity, the journal, and what the owner remembers. Bodies are our own JSON; a CHECK that parses each again costs a fifth of all. */
const first: Migration = {
  number: 1,
  title: 'first',
  sql: `
CREATE TABLE task (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('open','in-progress','waiting','pending-eval','done','failed','abandoned')),
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE agent (
  number INTEGER PRIMARY KEY,
  task_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('claimed','starting','working','stopping','ended')),
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX agent_by_task ON agent (task_id, number);
CREATE INDEX agent_living ON agent (number) WHERE state <> 'ended';

CREATE TABLE dependency (
  blocker TEXT NOT NULL REFERENCES task (id),
  dependent TEXT NOT NULL REFERENCES task (id),
  PRIMARY KEY (blocker, dependent)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependency_by_dependent ON dependency (dependent);

CREATE TABLE log_line (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX log_line_by_task ON log_line (task_id, at);

CREATE TABLE artifact (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX artifact_by_task ON artifact (task_id);

CREATE TABLE breaker (
  id TEXT PRIMARY KEY,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE yard_fact (
  id TEXT PRIMARY KEY,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  by TEXT NOT NULL,
  entity TEXT NOT NULL,
  id TEXT NOT NULL,
  change TEXT
) STRICT;

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  reply TEXT NOT NULL
) STRICT;
CREATE INDEX command_by_age ON command (at);

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO meta (key, value) VALUES ('owner_epoch', '0');
`,
}

/**
 * What the window asks for: where a person put nodes, which is no event of the yard, and indexes to read the past by entity
 * and by time. The agents' indexes hold all that sums of usage need, so that a sum never opens a body.
 */
const window: Migration = {
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
}

/**
 * What every agent that has ended used and cost, in a row of its own: sums by task, model, executor or time never open a body, and
 * what was spent stays known when the agent is forgotten.
 */
const spent: Migration = {
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
}

/** Which of those figures are a lower bound: a turn was cut off before all of it was told. */
const atLeast: Migration = {
  number: 4,
  title: 'at-least',
  sql: `
ALTER TABLE spent ADD COLUMN at_least INTEGER NOT NULL DEFAULT 0;
UPDATE spent SET at_least = 1 WHERE agent IN (SELECT number FROM agent WHERE json_extract(body, '$.usage.atLeast') = 1);
`,
}

/**
 * Questions to models and what they said of results; what people said of that. In `spent` a judgement stands under its number below zero:
 * it is no agent, and its purpose says what it was for.
 */
const judging: Migration = {
  number: 5,
  title: 'judging',
  sql: `
CREATE TABLE judgement (
  number INTEGER PRIMARY KEY,
  task_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('queued','asked','ended')),
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX judgement_by_task ON judgement (task_id, number);
CREATE INDEX judgement_living ON judgement (number) WHERE state <> 'ended';

CREATE TABLE evaluation (
  id TEXT PRIMARY KEY,
  task_id TEXT NOT NULL,
  agent INTEGER NOT NULL,
  at INTEGER NOT NULL,
  executor TEXT,
  model TEXT,
  identity TEXT,
  identity_name TEXT,
  kind TEXT,
  model_score REAL,
  score REAL,
  passed INTEGER,
  audited INTEGER NOT NULL DEFAULT 0,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX evaluation_by_task ON evaluation (task_id);
CREATE INDEX evaluation_by_agent ON evaluation (agent, score);
CREATE INDEX evaluation_by_time ON evaluation (at);
CREATE INDEX evaluation_unaudited ON evaluation (model_score) WHERE audited = 0 AND model_score IS NOT NULL;

CREATE TABLE opinion (
  id TEXT PRIMARY KEY,
  evaluation_id TEXT NOT NULL,
  score REAL,
  is_audit INTEGER NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX opinion_by_evaluation ON opinion (evaluation_id, is_audit);

CREATE TABLE forecast (
  subject TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('try','graph')),
  at INTEGER NOT NULL,
  p05 REAL NOT NULL,
  p25 REAL NOT NULL,
  p50 REAL NOT NULL,
  p75 REAL NOT NULL,
  p95 REAL NOT NULL,
  stretch REAL NOT NULL,
  real_ms REAL NOT NULL
) STRICT;
CREATE INDEX forecast_by_kind ON forecast (kind);
ALTER TABLE spent ADD COLUMN purpose TEXT NOT NULL DEFAULT 'work';
CREATE INDEX spent_on_judging ON spent (ended_at) WHERE purpose <> 'work';

CREATE TABLE identity (
  id TEXT PRIMARY KEY,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
`,
}

/** Messages and their deliveries, runs of jobs, and what other machines need: tokens, and the keys that their mail is signed with. */
const messages: Migration = {
  number: 6,
  title: 'messages',
  sql: `
CREATE TABLE message (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  sender TEXT NOT NULL,
  task_id TEXT,
  reply_to TEXT,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX message_by_task ON message (task_id) WHERE task_id IS NOT NULL;

CREATE TABLE delivery (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sender TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting','taken','closed','dead')),
  at INTEGER NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX delivery_by_message ON delivery (message_id);
CREATE INDEX delivery_by_recipient ON delivery (recipient, sender, at);
CREATE INDEX delivery_open ON delivery (id) WHERE state IN ('waiting','taken');
CREATE INDEX delivery_dead ON delivery (at) WHERE state = 'dead';

CREATE TABLE job_run (
  id TEXT PRIMARY KEY,
  job TEXT NOT NULL,
  number INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  v INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX job_run_by_job ON job_run (job, number);

CREATE TABLE token (id TEXT PRIMARY KEY, v INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE peer (id TEXT PRIMARY KEY, v INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE token_use (id TEXT PRIMARY KEY, last_used_at INTEGER NOT NULL) STRICT;
`,
}

export const MIGRATIONS: readonly Migration[] = [first, window, spent, atLeast, judging, messages]
