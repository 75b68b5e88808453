// Times pev2's own parser and metrics on plan texts: node pev2.mjs BUNDLE FILE... ; one line of JSON per file.
// BUNDLE is a copy of the published bundle whose PlanService is exported; nothing else of it is changed.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const LEAST_MS = 1500; // of CPU per file, after a first reading that warms the compiler up

const [bundle, ...files] = process.argv.slice(2);
globalThis.window = globalThis; // pieces of the bundle look for a browser while it loads
const { PlanService } = await import(pathToFileURL(bundle).href);

function read(text) {
  const service = new PlanService();
  return service.createPlan("", service.fromSource(text), "");
}

function count(node) {
  return 1 + (node.Plans ?? []).reduce((sum, child) => sum + count(child), 0);
}

for (const file of files) {
  const text = readFileSync(file, "utf8");
  let answer;
  try {
    const plan = read(text);
    const nodes = count(plan.content.Plan) + plan.ctes.reduce((sum, cte) => sum + count(cte), 0);
    const times = [];
    let spent = 0;
    while (spent < LEAST_MS || times.length < 3) {
      const before = process.cpuUsage();
      read(text);
      const used = process.cpuUsage(before);
      times.push((used.user + used.system) / 1000);
      spent += times.at(-1);
    }
    answer = { file, nodes, ms: Math.min(...times) };
  } catch (error) {
    answer = { file, error: String(error.message ?? error) };
  }
  console.log(JSON.stringify(answer));
}
