/** The first schema: one table per kind of entity, the journal, and what the owner remembers. Bodies are our own JSON; a CHECK that parses each again costs a fifth of all. */
export const first = {
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
} as const
