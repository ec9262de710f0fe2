/** The parts of the HTTP API that this page uses, and its problems in plain words. */

const root = new URL('v1/', document.baseURI);
const keyName = 'maskapi-key';

/** Pictures in one request of a batch: few enough for a progress bar to move. */
const batchSize = 4;

/** How many times, and at most how many seconds, to wait out a Retry-After before telling the user. */
const patience = { tries: 4, seconds: 10 };

/** Messages for people by problem code. Other codes use their own title and detail. */
const words = {
  unreachable: ['The service is unreachable.', 'Check the connection, then try again.'],
  image_missing: ['That file is empty.', 'Choose another one.'],
  unauthorized: ['This service requires a key.', 'Enter it, and the picture is sent again.'],
  request_timeout: ['The upload took too long.', 'Try a smaller picture or a faster connection.'],
  image_too_large: ['That file is too large.', null],
  batch_too_large: ['That is too much at once.', 'Send fewer pictures.'],
  unsupported_media_type: ['That is not a supported picture.', null],
  image_undecodable: ['That picture is damaged or incomplete.', 'Open it elsewhere and save it again, or choose another one.'],
  image_too_many_pixels: ['That picture has too many pixels.', null],
  image_too_small: ['That picture is too small.', null],
  overloaded: ['The service is busy.', 'Try again in a moment.'],
  rate_limited: ['Too many pictures in a short time.', 'Try again in a moment.'],
  not_ready: ['The service is still starting.', 'Try again in a moment.'],
  draining: ['The service is restarting.', 'Try again in a moment.'],
  processing_timeout: ['That picture took too long.', 'Try a smaller one, or search effort Fast.'],
  internal_error: ['The service failed, through no fault of yours.', null],
};

/** An error response. */
export class Problem extends Error {
  constructor(code, { title = code, detail = '', retryAfter = 0 } = {}) {
    const [plain, advice] = words[code] ?? [title, null];
    super(plain);
    this.code = code;
    this.advice = advice ?? detail;
    this.retryAfter = retryAfter;
  }

  /** From a problem document, or its equivalent in a batch's results. */
  static from(document, retryAfter = 0) {
    const errors = Object.entries(document.errors ?? {}).map(([name, messages]) => `${name} ${messages.join(', ')}`);
    const trace = document.code === 'internal_error' ? ` Its log lists it as ${document.traceId}.` : '';
    return new Problem(document.code, { title: document.title, detail: (errors.join('; ') || document.detail) + trace, retryAfter });
  }
}

/** Remembers the key for this tab. */
export function useKey(key) {
  sessionStorage.setItem(keyName, key);
}

async function send(path, query, init) {
  const url = new URL(path, root);
  url.search = new URLSearchParams(query);
  const key = sessionStorage.getItem(keyName);
  const headers = { ...init?.headers, ...(key && { 'X-API-Key': key }) };
  let response;
  try {
    response = await fetch(url, { ...init, headers });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }

    throw new Problem('unreachable');
  }

  if (!response.ok) {
    const document = await response.json().catch(() => null);
    // A proxy in between may answer instead of the service, in its own format.
    throw document?.code
      ? Problem.from(document, Number(response.headers.get('Retry-After')) || 0)
      : new Problem(`http_${response.status}`, { title: 'The service did not answer as expected.', detail: `Status ${response.status}.` });
  }

  return response;
}

/** The response of `GET /v1/info`. */
export async function info() {
  return (await send('info', {})).json();
}

/** Verdicts on one picture. */
export async function detect(picture, query, signal) {
  return (await send('detections', query, { method: 'POST', body: picture, headers: { 'Content-Type': 'application/octet-stream' }, signal })).json();
}

/** Verdicts on several pictures: one entry each, in order. */
export async function detectBatch(pictures, query, signal) {
  const form = new FormData();
  for (const picture of pictures) {
    form.append('images', picture, picture.name);
  }

  return (await (await send('detections/batch', query, { method: 'POST', body: form, signal })).json()).results;
}

/** The picture with its boxes drawn, as PNG. */
export async function annotate(picture, query) {
  return (await send('annotations', { ...query, format: 'png' }, {
    method: 'POST', body: picture, headers: { 'Content-Type': 'application/octet-stream', Accept: 'image/png' },
  })).blob();
}

/** Splits pictures, `{ file }`, into lists that fit into one batch each. */
export function* portions(pictures, { maxBatchImages, maxBatchBytes }) {
  let portion = [];
  let bytes = 0;
  for (const picture of pictures) {
    if (portion.length === Math.min(batchSize, maxBatchImages) || bytes + picture.file.size > maxBatchBytes) {
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
export async function patiently(action, signal) {
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
