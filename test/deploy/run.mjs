/**
 * Checks what operators apply: the manifests of deploy/kubernetes against the schemas of Kubernetes, with
 * `kubernetes-validate`, and the alarms of deploy/prometheus, with `promtool`.
 *
 *   node test/deploy/run.mjs
 *
 * Needs no cluster and no network: the schemas are part of kubernetes-validate, which is installed from PyPI into .ci/out when
 * it is not in the PATH. Ends with a line `deploy: N passed, N failed` and exit code 1 when one failed; skips, and says so,
 * only where a tool is not installed and cannot be.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = `${root}.ci/out`;
const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
mkdirSync(out, { recursive: true });

const run = (command, args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  return { isRight: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` };
};

function check(name, isRight, output) {
  counts[isRight ? 'numPassedTests' : 'numFailedTests']++;
  console.log(`${isRight ? '✓' : '✗'} ${name}`);
  if (!isRight) console.log(output);
}

function skip(name, reason) {
  counts.numPendingTests++;
  console.log(`- ${name}: skipped, ${reason}`);
}

/** The command, installed into a virtual environment of its own if need be. */
function kubernetesValidate() {
  if (run('kubernetes-validate', ['--version']).isRight) return 'kubernetes-validate';
  const command = `${out}/kubernetes-validate/bin/kubernetes-validate`;
  if (existsSync(command)) return command;
  run('python3', ['-m', 'venv', `${out}/kubernetes-validate`]);
  run(`${out}/kubernetes-validate/bin/pip`, ['install', '--quiet', 'kubernetes-validate==1.37.0']);
  return existsSync(command) ? command : undefined;
}

function checkManifests() {
  const directory = `${root}deploy/kubernetes`;
  // Its schema is not Kubernetes' but that of kubectl's kustomize.
  const files = readdirSync(directory).filter((file) => file !== 'kustomization.yaml');
  const validate = kubernetesValidate();
  if (validate === undefined) {
    skip('the manifests', 'kubernetes-validate could not be installed (pip install kubernetes-validate)');
    return;
  }
  for (const file of files) {
    const { isRight, output } = run(validate, ['--strict', `${directory}/${file}`]);
    const documents = readFileSync(`${directory}/${file}`, 'utf8').split(/^---$/m).length;
    const passed = output.match(/ passed for resource /g)?.length ?? 0;
    check(`deploy/kubernetes/${file}: ${documents} resources`, isRight && passed === documents, output);
  }
  const wrong = `${out}/wrong.yaml`;
  writeFileSync(
    wrong,
    readFileSync(`${directory}/hub.yaml`, 'utf8').replace('replicas: 3', 'replicas: three'),
  );
  check('a manifest that is wrong is refused', !run(validate, ['--strict', wrong]).isRight, 'It passed');
}

function checkAlarms() {
  if (!run('promtool', ['--version']).isRight) {
    skip('the alarms', 'there is no promtool (apt-get install prometheus)');
    return;
  }
  const rules = run('promtool', ['check', 'rules', 'deploy/prometheus/alarms.yaml']);
  check('deploy/prometheus/alarms.yaml', rules.isRight, rules.output);
  const tests = run('promtool', ['test', 'rules', 'test/deploy/alarms.test.yaml']);
  check('the alarms that page do so when they must, and only then', tests.isRight, tests.output);
}

checkManifests();
checkAlarms();
if (process.env.CI) writeFileSync(`${out}/deploy.json`, JSON.stringify(counts));
const { numPassedTests, numFailedTests, numPendingTests } = counts;
console.log(
  `deploy: ${numPassedTests} passed, ${numFailedTests} failed${numPendingTests ? `, ${numPendingTests} skipped` : ''}`,
);
process.exitCode = numFailedTests > 0 ? 1 : 0;
