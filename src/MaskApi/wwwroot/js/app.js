import { annotate, detect, detectBatch, info, patiently, portions, Problem, useKey } from './api.js';
import { Camera } from './camera.js';
import { FaceDialog } from './dialog.js';
import { create } from './elements.js';
import { Gallery } from './gallery.js';
import { load, visibleCopy } from './pictures.js';
import { Results } from './results.js';
import { csvOf, rowsOf } from './rows.js';
import { Settings } from './settings.js';
import { Stage } from './stage.js';
import { FaceTable } from './table.js';
import { judge, sentence, styleOf, total } from './verdicts.js';

const $ = id => document.getElementById(id);
const main = document.querySelector('main');
const stage = new Stage(mark, enlargeShown);
const results = new Results(mark, enlargeShown, filter);
const table = new FaceTable(row => enlarge(pictures[row.index], row.detected, row), showFromTable, filter);
const gallery = new Gallery(show);
const dialog = new FaceDialog(showTable);
const camera = new Camera();
const settings = new Settings(applySettings, () => {
  settings.show(pictures[current]?.name ?? anyName);
  if (pictures.length > 0) {
    judgeAll();
  }
});

/** The file in the command while no picture is chosen. */
const anyName = 'photo.jpg';

/** Limits of the service: its defaults until it has reported its own. */
let limits = { maxImageBytes: 20 * 1024 * 1024, maxBatchImages: 32, maxBatchBytes: 100 * 1024 * 1024 };

/** The current pictures: { file, name, url, detection?, roundTrip?, problem? }. */
let pictures = [];
let current = 0;

/** Show only faces with this label; null for all. */
let only = null;
let working = new AbortController();

// ---- pictures

/** Replaces the current pictures and requests verdicts. */
async function open(files) {
  const chosen = [...files];
  if (chosen.length === 0) {
    return;
  }

  close();
  pictures = chosen.map(file => ({ file, name: file.name || 'picture', url: URL.createObjectURL(file) }));
  arrange(true);
  await judgeAll();
}

/** Removes all pictures. */
function close() {
  working.abort();
  camera.stop();
  pictures.forEach(picture => URL.revokeObjectURL(picture.url));
  pictures = [];
  current = 0;
  only = null;
  $('image').removeAttribute('src');
  dialog.close();
  gallery.show([]);
  table.reset();
  arrange(false);
  warn(null);
  results.say('No picture yet.');
  settings.show(anyName);
}

/** Shows the parts of the page that fit the current state. */
function arrange(hasPicture) {
  const live = camera.running;
  main.classList.toggle('empty-stage', !hasPicture);
  $('empty').hidden = hasPicture;
  $('stage').hidden = !hasPicture;
  $('clear').hidden = !hasPicture;
  $('video').hidden = !live;
  $('image').hidden = live || !hasPicture;
  $('camera-bar').hidden = !live;
  $('batch').hidden = pictures.length < 2;
  $('downloads').hidden = true;
  stage.describe('');
  stage.resetZoom();
  stage.redact(settings.values.redact);
  stage.draw([]);
}

/** Requests verdicts on all current pictures and shows them as they arrive. */
async function judgeAll() {
  working.abort();
  working = new AbortController();
  const { signal } = working;
  warn(null);
  for (const picture of pictures) {
    delete picture.detection;
    picture.problem = picture.file.size > limits.maxImageBytes
      ? new Problem('image_too_large', { detail: `The limit is ${megabytes(limits.maxImageBytes)}; ${picture.name} has ${megabytes(picture.file.size)}.` })
      : null;
  }

  if (pictures.length > 1) {
    gallery.show(pictures);
    gallery.redact(settings.values.redact !== 'none');
    showTable();
  }

  await show(current);
  try {
    await (pictures.length === 1 ? judgeOne(pictures[0], signal) : judgeMany(signal));
  } catch (error) {
    if (!signal.aborted) {
      report(error);
    }
  }
}

async function judgeOne(picture, signal) {
  if (!picture.problem) {
    $('busy').hidden = false;
    try {
      await patiently(async () => {
        const started = performance.now();
        picture.detection = await detect(picture.file, settings.query(), signal);
        picture.roundTrip = performance.now() - started;
      }, signal);
    } catch (error) {
      if (signal.aborted) {
        return;
      }

      picture.problem = error;
    } finally {
      $('busy').hidden = true;
    }
  }

  await show(0);
}

async function judgeMany(signal) {
  $('stop').hidden = $('progress').hidden = false;
  $('progress').max = pictures.length;
  let done = 0;
  const advance = count => {
    done += count;
    $('progress').value = done;
    $('progress-text').textContent = `${done} of ${pictures.length}`;
  };
  advance(pictures.filter(picture => picture.problem).length);
  try {
    for (const some of portions(pictures.filter(picture => !picture.problem), limits)) {
      const answers = await patiently(() => detectBatch(some.map(picture => picture.file), settings.query(), signal), signal);
      answers.forEach(({ detection, problem }, i) => Object.assign(some[i], { detection, problem: problem && Problem.from(problem) }));
      advance(some.length);
      showTable();
      if (some.includes(pictures[current])) {
        await show(current);
      }
    }
  } finally {
    if (!signal.aborted || pictures.length > 0) {
      $('stop').hidden = $('progress').hidden = true;
      showTotal();
    }
  }
}

// ---- showing

/** Puts one of the pictures on the stage. */
async function show(index) {
  if (index !== current) {
    stage.resetZoom();
  }

  current = index;
  const picture = pictures[index];
  const image = $('image');
  // The service may be able to read what the browser cannot show, or at least say what is wrong.
  const visible = await load(picture, image);
  if (pictures[current] !== picture) {
    return;
  }

  image.hidden = !visible;
  stage.shape(visible ? image.naturalWidth : 3, visible ? image.naturalHeight : 1);
  gallery.mark(index);
  refresh();
}

/** Puts a picture on the stage, which may be out of sight. */
function showFromTable(index) {
  show(index);
  $('picture').scrollIntoView({ block: 'start' });
}

/** Applies the settings to the picture on the stage. */
function refresh() {
  const picture = pictures[current];
  settings.show(picture?.name ?? anyName);
  const { redact } = settings.values;
  if (camera.running) {
    // Blank until the next frame has been analyzed.
    stage.redact(redact);
  }

  if (!picture || camera.running) {
    return;
  }

  const visible = !$('image').hidden;
  const several = pictures.length > 1 ? `Picture ${current + 1} of ${pictures.length}:` : null;
  $('downloads').hidden = !picture.detection;
  if (picture.detection) {
    const detection = judge(picture.detection, settings.values);
    const shown = filtered(detection);
    stage.describe(`${picture.name}. ${sentence(detection.summary)}`, visible ? null : 'This browser cannot show the file.');
    stage.redact(redact, visible ? $('image') : null, detection.faces);
    stage.draw(shown.faces, { image: detection.image });
    results.show(shown, { only, source: stage.source, roundTrip: several ? null : picture.roundTrip, headline: several });
    showTotal();
  } else {
    stage.describe(picture.name, !visible ? 'This browser cannot show the file.'
      : redact !== 'none' && picture.problem ? 'Not shown, because its faces are not known and so not redacted.' : null);
    stage.redact(redact);
    stage.draw([]);
    results.say(picture.problem ? `${several ?? ''} No verdict.`.trim() : 'Finding faces …');
  }

  mark(null);
  if (picture.problem) {
    report(picture.problem, several && picture.name);
  } else {
    warn(null);
  }
}

/** An answer with only the filtered faces; its summary still covers all. */
function filtered(detection) {
  return only === null ? detection : { ...detection, faces: detection.faces.filter(face => styleOf(face.label) === only) };
}

function filter(label) {
  only = label;
  refresh();
  showTable();
}

function applySettings() {
  refresh();
  showTable();
}

/** Shows the results of several pictures. Not behind an open dialog, which gives the focus back to where it was in the table. */
function showTable() {
  if (pictures.length < 2 || dialog.isOpen) {
    return;
  }

  const { values } = settings;
  const answers = pictures.map(({ detection }) => detection && judge(detection, values));
  table.show(rowsOf(pictures, answers), answers.filter(Boolean).map(({ summary }) => summary), only);
  gallery.redact(values.redact !== 'none');
  gallery.caption(pictures.map(({ problem }, index) => ({
    failed: Boolean(problem),
    text: problem ? 'Failed' : answers[index] ? faceCount(answers[index]) : 'Waiting',
  })));
}

function faceCount({ summary }) {
  return summary.faces === 1 ? '1 face' : `${summary.faces} faces`;
}

function showTotal() {
  if (pictures.length < 2 || !$('progress').hidden) {
    return;
  }

  const judged = pictures.filter(picture => picture.detection);
  const failed = pictures.filter(picture => picture.problem).length;
  const sum = total(judged.map(picture => judge(picture.detection, settings.values).summary));
  $('progress-text').textContent = `${judged.length} pictures. ${sentence(sum)}${failed ? ` ${failed} could not be read.` : ''}`;
}

/** Marks the face under the pointer, or with the focus, in the picture and in the list. */
function mark(index) {
  stage.mark(index);
  results.mark(index);
}

/** Shows a face of the picture on the stage large; not of a live one, whose faces change all the time. */
function enlargeShown(index) {
  const picture = pictures[current];
  if (picture && !camera.running) {
    const { faces } = judge(picture.detection, settings.values);
    const face = filtered({ faces }).faces[index];
    enlarge(picture, face, { face: faces.indexOf(face) + 1, faces: faces.length });
  }
}

function enlarge(picture, face, { face: number, faces: count }) {
  const { redact } = settings.values;
  const { faces } = judge(picture.detection, settings.values);
  dialog.show(face, `Face ${number} of ${count} in ${picture.name}`, visibleCopy(picture, faces, redact));
}

/** Shows what went wrong. */
function report(error, name = null) {
  if (!(error instanceof Problem)) {
    console.error(error);
  }

  const problem = error instanceof Problem ? error : new Problem('page_failed', { title: 'This page failed.', detail: 'Load it again.' });
  warn(name ? `${name}: ${problem.message}` : problem.message, problem.advice);
  $('key-form').hidden = problem.code !== 'unauthorized';
}

function warn(text, advice = '') {
  $('alert').hidden = text === null;
  if (text === null) {
    $('key-form').hidden = true;
    $('alert').replaceChildren();
    return;
  }

  $('alert').replaceChildren(create('strong', '', text), advice ?? '');
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1).replace('.0', '')} MB`;
}

// ---- camera

async function startCamera() {
  close();
  if (!Camera.available) {
    warn('This page cannot use a camera.', 'Cameras need HTTPS, or localhost. Choose a picture instead.');
    return;
  }

  try {
    await camera.start();
  } catch (error) {
    const reasons = {
      NotAllowedError: ['Camera access was denied.', 'Allow it in the browser’s settings for this page, then try again.'],
      NotFoundError: ['No camera found.', 'Choose a picture instead.'],
      NotReadableError: ['The camera is busy.', 'Close other programs that use it, then try again.'],
    };
    warn(...(reasons[error.name] ?? ['The camera did not start.', error.message]));
    return;
  }

  if (!camera.running) {
    return;
  }

  arrange(true);
  $('flip').hidden = !await camera.hasOther();
  stage.shape(camera.video.videoWidth, camera.video.videoHeight, camera.mirrored);
  results.say('Finding faces …');
  $('shoot').focus();
  let pace = null;
  await camera.run(
    (frame, signal) => detect(frame, settings.query('fast'), signal),
    (answer, took, frame) => {
      const detection = judge(answer, settings.values);
      stage.shape(camera.video.videoWidth, camera.video.videoHeight, camera.mirrored);
      const shown = filtered(detection);
      stage.redact(settings.values.redact, frame, detection.faces);
      stage.draw(shown.faces, { mirrored: camera.mirrored, image: detection.image });
      results.show(shown, { only });
      warn(null);
      pace = pace === null ? took : pace * 0.8 + took * 0.2;
      $('rate').textContent = `${(1000 / Math.max(pace, 1000 / 60)).toFixed(1)} pictures a second`;
    },
    report);
}

async function shoot() {
  const picture = await camera.grab();
  await open([new File([picture], 'camera.jpg', { type: 'image/jpeg' })]);
  $('camera').focus();
}

// ---- downloads

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function savePicture() {
  const { file, name } = pictures[current];
  $('save-picture').disabled = true;
  try {
    save(await patiently(() => annotate(file, { ...settings.exactQuery, redact: settings.values.redact }), working.signal), `${stem(name)}-faces.png`);
  } catch (error) {
    report(error);
  } finally {
    $('save-picture').disabled = false;
  }
}

function saveJson() {
  const answers = pictures.map(({ name, detection, problem }) => detection
    ? { name, detection: judge(detection, settings.values) }
    : { name, problem: problem?.message });
  const json = JSON.stringify(answers.length === 1 ? answers[0].detection : answers, null, 2);
  save(new Blob([json], { type: 'application/json' }), answers.length === 1 ? `${stem(answers[0].name)}-faces.json` : 'faces.json');
}

function saveCsv() {
  save(new Blob([csvOf(table.rows)], { type: 'text/csv' }), 'faces.csv');
}

function stem(name) {
  return name.replace(/\.[^.]*$/, '');
}

// ---- events

$('files').addEventListener('change', () => {
  open($('files').files);
  $('files').value = '';
});
$('empty').addEventListener('click', () => $('files').click());
$('camera').addEventListener('click', startCamera);
$('shoot').addEventListener('click', shoot);
$('flip').addEventListener('click', () => {
  camera.flip();
  startCamera();
});
$('clear').addEventListener('click', () => {
  close();
  $('files').focus();
});
$('stop').addEventListener('click', () => working.abort());
$('save-picture').addEventListener('click', savePicture);
$('save-json').addEventListener('click', saveJson);
$('save-csv').addEventListener('click', saveCsv);
$('copy').addEventListener('click', async () => {
  await navigator.clipboard?.writeText($('command').textContent);
  $('copy').textContent = 'Copied';
  setTimeout(() => { $('copy').textContent = 'Copy'; }, 2000);
});
$('key-form').addEventListener('submit', event => {
  event.preventDefault();
  useKey($('key').value.trim());
  $('key').value = '';
  if (pictures.length > 0) {
    judgeAll();
  } else {
    warn(null);
  }
});

for (const button of document.querySelectorAll('[data-example]')) {
  button.addEventListener('click', async () => {
    const url = button.dataset.example;
    const picture = await (await fetch(url)).blob();
    await open([new File([picture], url.split('/').pop(), { type: picture.type })]);
  });
}

addEventListener('paste', event => event.clipboardData?.files.length > 0 && open(event.clipboardData.files));

// A picture may be dropped anywhere on the page.
let over = 0;
const carriesFiles = event => event.dataTransfer?.types.includes('Files');
addEventListener('dragenter', event => carriesFiles(event) && document.body.classList.toggle('dragging', ++over > 0));
addEventListener('dragleave', event => carriesFiles(event) && document.body.classList.toggle('dragging', --over > 0));
addEventListener('dragover', event => carriesFiles(event) && event.preventDefault());
addEventListener('drop', event => {
  over = 0;
  document.body.classList.remove('dragging');
  if (carriesFiles(event)) {
    event.preventDefault();
    open(event.dataTransfer.files);
  }
});

main.classList.add('empty-stage');
settings.show(anyName);
info().then(answer => {
  limits = answer.limits;
  settings.suggestRedaction(answer.redact);
  applySettings();
  $('about').textContent = `MaskApi ${answer.version}, with ${answer.models.map(model => model.name).join(', ')} on ${answer.executionProvider}.`;
}, () => { /* The page works without; what keeps the service from answering is told with the first picture. */ });
