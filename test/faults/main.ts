// `npm run faults`: does Cortex keep its promises under each fault of the matrix?
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { invariants } from './invariants/invariants.ts';
import { addRun, newRow, textTable, type Row } from './report.ts';
import { between, reliabilityPage } from './page.ts';
import { scenarios, otherRows } from './scenarios.ts';

const usage = `Breaks a whole Cortex of real processes in each way of the fault matrix, and holds the invariants against what
its targets, streams, journal and receivers of pages then show. Exit 1 on a violation, or when a run does not come to its end.

  npm run faults                            every row once
  npm run faults -- --only F15,F16          these rows
  npm run faults -- --seeds 20              so many runs of each, with timing and targets of their own
  npm run faults -- --seed 7                the first seed: repeats a run that the output names
  npm run faults -- --short                 faults as short as in npm test
  npm run faults -- --json                  the same as JSON
  npm run faults -- --write                 puts the table into ${reliabilityPage}
  npm run faults -- --list                  what there is
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else if (values.list) list();
else process.exitCode = await run(Number(values.seeds), Number(values.seed));

function list(): void {
  for (const { id, title, inject, invariants: held } of scenarios) {
    console.log(`${id}  ${title}\n     ${inject}\n     ${held.join(' ')}`);
  }
  for (const { id, title, because } of otherRows) console.log(`${id}  ${title}\n     ${because}`);
  for (const [id, { promise }] of Object.entries(invariants)) console.log(`${id.padEnd(6)}  ${promise}`);
}

async function run(seeds: number, from: number): Promise<number> {
  const asked = values.only?.split(',');
  const unknown = asked?.filter((id) => !scenarios.some((scenario) => scenario.id === id)) ?? [];
  if (unknown.length > 0 || !isCount(seeds) || !isCount(from)) {
    console.error(unknown.length > 0 ? `there is no row ${unknown.join(', ')}; --list shows all` : usage);
    return 2;
  }
  const rows: Row[] = [];
  for (const scenario of scenarios.filter(({ id }) => asked?.includes(id) ?? true)) {
    let row = newRow(scenario);
    for (let seed = from; seed < from + seeds; seed += 1) {
      const startedMs = performance.now();
      row = await addRun(row, seed, values.short ? 'short' : 'full');
      const took = ((performance.now() - startedMs) / 1_000).toFixed(0);
      const problems = row.problems.filter((problem) => problem.seed === seed);
      if (values.json) continue;
      console.log(`${scenario.id} seed ${seed}: ${problems.length === 0 ? 'holds' : 'VIOLATED'}, ${took} s`);
      for (const { what } of problems) console.log(`    ${what}`);
    }
    rows.push(row);
    if (values.write) writeFileSync(reliabilityPage, between(readFileSync(reliabilityPage, 'utf8'), [row]));
  }
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  else console.log(`\n${textTable(rows, otherRows)}`);
  return rows.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}
