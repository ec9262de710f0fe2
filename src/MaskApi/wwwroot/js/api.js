/** The HTTP API, as far as this page uses it, and its problems in plain words. */

const root = new URL('v1/', document.baseURI);
const keyName = 'maskapi-key';

/** What a person is told, by the problem's code. Other codes bring their own title and detail. */
const words = {
  unreachable: ['The service cannot be reached.', 'Check the connection, then try again.'],
  image_missing: ['That file is empty.', 'Choose another one.'],
  unauthorized: ['This service asks for a key.', 'Enter it, and the picture is sent again.'],
  request_timeout: ['The upload took too long.', 'Try a smaller picture or a faster connection.'],
  image_too_large: ['That picture is too large a file.', null],
  batch_too_large: ['That is too much at once.', 'Send fewer pictures.'],
  unsupported_media_type: ['That is not a picture this service can read.', null],
  image_undecodable: ['That picture is damaged or incomplete.', 'Open it elsewhere and save it again, or choose another one.'],
  image_too_many_pixels: ['That picture has too many pixels.', null],
  image_too_small: ['That picture is too small.', null],
  overloaded: ['The service has its hands full.', 'Try again in a moment.'],
  rate_limited: ['That was too many pictures in a short time.', 'Try again in a moment.'],
  not_ready: ['The service is still starting.', 'Try again in a moment.'],
  draining: ['The service is restarting.', 'Try again in a moment.'],
  processing_timeout: ['That picture took too long.', 'Try a smaller one, or the search effort Fast.'],
  internal_error: ['The service failed. That is its fault, not yours.', null],
};

/** An answer that is not a success. */
export class Problem extends Error {
  constructor(code, { title = code, detail = '', retryAfter = 0 } = {}) {
    const [plain, advice] = words[code] ?? [title, null];
    super(plain);
    this.code = code;
    this.advice = advice ?? detail;
    this.retryAfter = retryAfter;
  }

  /** From a problem document, or what stands in its place in the answer to a batch. */
  static from(document, retryAfter = 0) {
    const errors = Object.entries(document.errors ?? {}).map(([name, messages]) => `${name} ${messages.join(', ')}`);
    const trace = document.code === 'internal_error' ? ` Its log has it as ${document.traceId}.` : '';
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
    // Whatever stands between this page and the service may answer in its place, and not in its words.
    throw document?.code
      ? Problem.from(document, Number(response.headers.get('Retry-After')) || 0)
      : new Problem(`http_${response.status}`, { title: 'The service did not answer as expected.', detail: `Status ${response.status}.` });
  }

  return response;
}

/** Everything `GET /v1/info` tells. */
export async function info() {
  return (await send('info', {})).json();
}

/** Verdicts on one picture. */
export async function detect(picture, query, signal) {
  return (await send('detections', query, { method: 'POST', body: picture, headers: { 'Content-Type': 'application/octet-stream' }, signal })).json();
}

/** Verdicts on several pictures; one entry each, in order. */
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
