// Trains a local scorer: which attempt will land? Paths come by COUNTERSIGN_* variables, news goes out as JSON lines.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import regression from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';

const LogisticRegression = regression.default ?? regression;

/** Steps after which the model is looked at; training goes on only while it gets better on what it has not seen. */
const looks = [25, 50, 100, 200, 400, 800, 1600, 3200];
const fewest = 20;

const say = (value) => console.log(JSON.stringify(value));

function fail(problem) {
  console.error(problem);
  process.exit(1);
}

async function readRows(file) {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** Mean and spread of each feature over the rows that are trained on. A feature that never changes tells nothing. */
function scalesOf(rows) {
  return Object.keys(rows[0].features).map((name) => {
    const values = rows.map(({ features }) => features[name]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { name, mean, scale: Math.sqrt(variance) || 1 };
  });
}

const matrixOf = (rows, scales) =>
  new Matrix(
    rows.map(({ features }) => [1, ...scales.map(({ name, mean, scale }) => (features[name] - mean) / scale)]),
  );
const labelsOf = (rows) => Matrix.columnVector(rows.map(({ landed }) => Number(landed)));

/** Mean log loss of weights over rows. */
function lossOf(weights, rows, scales) {
  const scores = matrixOf(rows, scales).mmul(weights.transpose()).to1DArray();
  const losses = scores.map((score, at) => {
    const chance = Math.min(1 - 1e-9, Math.max(1e-9, 1 / (1 + Math.exp(-score))));
    return -Math.log(rows[at].landed ? chance : 1 - chance);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function train(rows, scales, numSteps, learningRate) {
  const model = new LogisticRegression({ numSteps, learningRate: learningRate / rows.length });
  model.train(matrixOf(rows, scales), labelsOf(rows));
  // The classifier of class 0 tells it from class 1, with 1 for landed.
  return model.classifiers[0].weights;
}

const { COUNTERSIGN_TRAINING_FILE: trainingFile, COUNTERSIGN_VALIDATION_FILE: testFile } = process.env;
const { COUNTERSIGN_OUTPUT: output, COUNTERSIGN_PARAMETERS: parameters = '{}' } = process.env;
if (!trainingFile || !output) fail('COUNTERSIGN_TRAINING_FILE and COUNTERSIGN_OUTPUT must be set.');
const { learningRate = 0.5 } = JSON.parse(parameters);

const rows = await readRows(trainingFile);
const landed = rows.filter((row) => row.landed).length;
if (rows.length < fewest) fail(`There are ${rows.length} attempts to train on; fewer than ${fewest} say nothing.`);
if (landed === 0 || landed === rows.length) fail('All attempts ended alike, so there is nothing to tell apart.');
const held = testFile ? await readRows(testFile) : [];

// How long to train is decided on the newest quarter of the training rows, never on what is held out.
const cut = Math.floor(rows.length * 0.75);
const [older, newer] = [rows.slice(0, cut), rows.slice(cut)];
const isTold = new Set(older.map((row) => row.landed)).size === 2;
const scales = scalesOf(older);
let best = { steps: looks[0], loss: Number.POSITIVE_INFINITY };
for (const steps of isTold ? looks : looks.slice(0, 3)) {
  const weights = train(older, scales, steps, learningRate);
  const loss = lossOf(weights, newer, scales);
  say({ step: steps, loss: lossOf(weights, older, scales), validationLoss: loss });
  if (loss < best.loss) best = { steps, loss };
}

const allScales = scalesOf(rows);
const [bias, ...weights] = train(rows, allScales, best.steps, learningRate).to1DArray();
const features = allScales.map((scale, at) => ({ ...scale, weight: weights[at] }));
const scorer = {
  format: 'countersign-scorer-1',
  bias,
  features,
  trainedOn: rows.length,
  landedShare: landed / rows.length,
};
const file = path.resolve(output, 'scorer.json');
await writeFile(file, `${JSON.stringify(scorer, null, 2)}\n`);
if (held.length > 0) {
  const model = new Matrix([[bias, ...weights]]);
  const constant = new Matrix([[Math.log(landed / (rows.length - landed)), ...weights.map(() => 0)]]);
  const [own, plain] = [model, constant].map((each) => lossOf(each, held, allScales).toFixed(4));
  say({
    message: `log loss on ${held.length} held-out attempts: ${own}, always saying the share that landed: ${plain}`,
  });
}
await writeFile(path.join(output, 'result.json'), `${JSON.stringify({ model: file })}\n`);
