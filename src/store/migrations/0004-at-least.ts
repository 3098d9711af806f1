/** Which of those figures are a lower bound: a turn was cut off before all of it was told. */
export const atLeast = {
  number: 4,
  title: 'at-least',
  sql: `
ALTER TABLE spent ADD COLUMN at_least INTEGER NOT NULL DEFAULT 0;
UPDATE spent SET at_least = 1 WHERE agent IN (SELECT number FROM agent WHERE json_extract(body, '$.usage.atLeast') = 1);
`,
} as const
