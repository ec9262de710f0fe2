import { annotate, detect, detectBatch, info, Problem, useKey } from './api.js';
import { Camera } from './camera.js';
import { create } from './elements.js';
import { Results } from './results.js';
import { Stage } from './stage.js';
import { judge, lowestThreshold, sentence, styleOf, total } from './verdicts.js';

/** Pictures in one request of a batch: few enough for the progress bar to move. */
const batchSize = 4;

/** How many times, and at most how many seconds, to wait out a Retry-After before telling the user. */
const patience = { tries: 4, seconds: 10 };

const $ = id => document.getElementById(id);
const main = document.querySelector('main');
const stage = new Stage(pick);
const results = new Results(pick, filter);
const camera = new Camera();

/** Limits of the service: its defaults until it has reported its own. */
let limits = { maxImageBytes: 20 * 1024 * 1024, maxBatchImages: 32, maxBatchBytes: 100 * 1024 * 1024 };

/** The current pictures: { file, name, url, detection?, roundTrip?, problem? }. */
let pictures = [];
let current = 0;
let pinned = null;

/** Show only faces with this label; null for all. */
let only = null;
let working = new AbortController();

// ---- settings

function settings() {
  return {
    detectionThreshold: Number($('detection-threshold').value),
    minConfidence: Number($('min-confidence').value),
    detail: document.querySelector('[name=detail]:checked').value,
    landmarks: $('landmarks').checked,
  };
}

/** The query for the service: everything that a slider could bring into view. */
function question(detail = settings().detail) {
  return { detectionThreshold: lowestThreshold, minConfidence: 0.5, maxFaces: 1000, detail, landmarks: true };
}

/** The query for exactly what is shown. */
function exactQuestion() {
  const { detectionThreshold, minConfidence, detail, landmarks } = settings();
  return { detectionThreshold, minConfidence, detail, maxFaces: 1000, ...(landmarks && { landmarks }) };
}

function showSettings() {
  const { detectionThreshold, minConfidence } = settings();
  for (const [id, value] of [['detection-threshold', detectionThreshold], ['min-confidence', minConfidence]]) {
    const words = `${Math.round(value * 100)} %`;
    $(`${id}-value`).value = words;
    $(id).setAttribute('aria-valuetext', words);
  }

  const url = new URL('v1/detections', document.baseURI);
  url.search = new URLSearchParams(exactQuestion());
  const name = (pictures[current]?.name ?? 'photo.jpg').replaceAll("'", `'\\''`);
  $('command').textContent = `curl '${url}' \\\n  --data-binary '@${name}' \\\n  -H 'Content-Type: application/octet-stream'`;
}

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
  arrange(false);
  warn(null);
  results.say('No picture yet.');
  showSettings();
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
  $('unseen').hidden = true;
  $('camera-bar').hidden = !live;
  $('gallery').hidden = pictures.length < 2;
  $('batch').hidden = pictures.length < 2;
  $('downloads').hidden = true;
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

  showGallery();
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
        picture.detection = await detect(picture.file, question(), signal);
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
    for (const some of portions(pictures.filter(picture => !picture.problem))) {
      const answers = await patiently(() => detectBatch(some.map(picture => picture.file), question(), signal), signal);
      answers.forEach(({ detection, problem }, i) => Object.assign(some[i], { detection, problem: problem && Problem.from(problem) }));
      advance(some.length);
      captionGallery();
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

/** Splits a list into pieces that fit into one request each. */
function* portions(list) {
  let portion = [];
  let bytes = 0;
  for (const picture of list) {
    if (portion.length === Math.min(batchSize, limits.maxBatchImages) || bytes + picture.file.size > limits.maxBatchBytes) {
      yield portion;
      portion = [];
      bytes = 0;
    }

    portion.push(picture);
    bytes += picture.file.size;
  }

  if (portion.length > 0) {
    yield portion;
  }
}

/** Runs something and retries it a few times, waiting as long as each refusal says. */
async function patiently(action, signal) {
  for (let tries = 1; ; tries++) {
    try {
      return await action();
    } catch (error) {
      if (!error.retryAfter || error.retryAfter > patience.seconds || tries === patience.tries) {
        throw error;
      }

      await new Promise(resolve => setTimeout(resolve, error.retryAfter * 1000));
      signal.throwIfAborted();
    }
  }
}

// ---- showing

/** Puts one of the pictures on the stage. */
async function show(index) {
  current = index;
  const picture = pictures[index];
  const image = $('image');
  picture.still ??= stillOf(picture);
  image.src = await picture.still;
  // The service may be able to read what the browser cannot show, or at least say what is wrong.
  const visible = await image.decode().then(() => true, () => false);
  if (pictures[current] !== picture) {
    return;
  }

  image.hidden = !visible;
  $('unseen').hidden = visible;
  stage.shape(visible ? image.naturalWidth : 3, visible ? image.naturalHeight : 1);
  for (const button of $('gallery').querySelectorAll('button')) {
    button.setAttribute('aria-current', Number(button.dataset.index) === index);
  }

  refresh();
}

/** The URL to show a picture by. Only the first frame of an animation is classified, so only that is shown. */
async function stillOf({ file, url }) {
  if (file.type !== 'image/gif') {
    return url;
  }

  try {
    const frame = await createImageBitmap(file);
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [frame.width, frame.height];
    canvas.getContext('2d').drawImage(frame, 0, 0);
    return canvas.toDataURL();
  } catch {
    return url;
  }
}

/** Applies the settings to the picture on the stage. */
function refresh() {
  showSettings();
  const picture = pictures[current];
  if (!picture || camera.running) {
    return;
  }

  const several = pictures.length > 1 ? `Picture ${current + 1} of ${pictures.length}:` : null;
  pinned = null;
  $('downloads').hidden = !picture.detection;
  if (picture.detection) {
    const detection = judge(picture.detection, settings());
    $('image').alt = `${picture.name}. ${sentence(detection.summary)}`;
    const shown = filtered(detection);
    stage.draw(shown.faces, { image: detection.image });
    results.show(shown, { only, source: $('image').hidden ? null : $('image'), roundTrip: several ? null : picture.roundTrip, headline: several });
    showTotal();
  } else {
    $('image').alt = picture.name;
    stage.draw([]);
    results.say(picture.problem ? `${several ?? ''} No verdict.`.trim() : 'Finding faces …');
  }

  pick(null, false);
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
}

function showGallery() {
  $('gallery').replaceChildren(...(pictures.length < 2 ? [] : pictures.map((picture, index) => {
    const image = create('img', '');
    const button = create('button', '', image, create('span', ''));
    button.type = 'button';
    button.dataset.index = index;
    button.setAttribute('aria-current', index === current);
    button.addEventListener('click', () => show(index));
    image.src = picture.url;
    image.alt = picture.name;
    return create('li', '', button);
  })));
  captionGallery();
}

function captionGallery() {
  for (const button of $('gallery').querySelectorAll('button')) {
    const { detection, problem } = pictures[button.dataset.index];
    button.classList.toggle('failed', Boolean(problem));
    button.querySelector('span').textContent =
      problem ? 'Failed' : detection ? faceCount(judge(detection, settings())) : 'Waiting';
  }
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
  const sum = total(judged.map(picture => judge(picture.detection, settings()).summary));
  $('progress-text').textContent = `${judged.length} pictures. ${sentence(sum)}${failed ? ` ${failed} could not be read.` : ''}`;
}

/** Highlights the face under the pointer; a pressed one stays highlighted until another is pressed. */
function pick(index, pressed) {
  if (pressed) {
    pinned = index;
  }

  stage.pick(index ?? pinned);
  results.pick(index ?? pinned, pinned);
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
    (frame, signal) => detect(frame, question('fast'), signal),
    (answer, took) => {
      const detection = judge(answer, settings());
      stage.shape(camera.video.videoWidth, camera.video.videoHeight, camera.mirrored);
      const shown = filtered(detection);
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
    save(await patiently(() => annotate(file, exactQuestion()), working.signal), `${stem(name)}-faces.png`);
  } catch (error) {
    report(error);
  } finally {
    $('save-picture').disabled = false;
  }
}

function saveJson() {
  const answers = pictures.map(({ name, detection, problem }) => detection
    ? { name, detection: judge(detection, settings()) }
    : { name, problem: problem?.message });
  const json = JSON.stringify(answers.length === 1 ? answers[0].detection : answers, null, 2);
  save(new Blob([json], { type: 'application/json' }), answers.length === 1 ? `${stem(answers[0].name)}-faces.json` : 'faces.json');
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

for (const id of ['detection-threshold', 'min-confidence', 'landmarks']) {
  $(id).addEventListener('input', () => {
    refresh();
    captionGallery();
  });
}

for (const choice of document.querySelectorAll('[name=detail]')) {
  choice.addEventListener('change', () => {
    showSettings();
    if (pictures.length > 0) {
      judgeAll();
    }
  });
}

for (const button of document.querySelectorAll('[data-example]')) {
  button.addEventListener('click', async () => {
    const url = button.dataset.example;
    const picture = await (await fetch(url)).blob();
    await open([new File([picture], url.split('/').pop(), { type: picture.type })]);
  });
}

addEventListener('keydown', event => event.key === 'Escape' && pick(null, true));
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
showSettings();
info().then(answer => {
  limits = answer.limits;
  $('about').textContent = `MaskApi ${answer.version}, with ${answer.models.map(model => model.name).join(', ')} on ${answer.executionProvider}.`;
}, () => { /* The page works without; what keeps the service from answering is told with the first picture. */ });
