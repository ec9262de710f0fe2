import { lowestThreshold } from './verdicts.js';

/** Most faces that the service reports. */
const maxFaces = 1000;

/** What a person has set. */
export class Settings {
  #thresholds = { detectionThreshold: 'detection-threshold', minConfidence: 'min-confidence' };

  /**
   * @param onChange called when something has changed that an answer at hand can show
   * @param onEffort called when another search is needed
   */
  constructor(onChange, onEffort) {
    for (const id of [...Object.values(this.#thresholds), 'landmarks']) {
      document.getElementById(id).addEventListener('input', onChange);
    }

    choices('redact').forEach(choice => choice.addEventListener('change', onChange));
    choices('detail').forEach(choice => choice.addEventListener('change', onEffort));
  }

  /** The settings by the names of the service's parameters. */
  get values() {
    return {
      detectionThreshold: Number(document.getElementById(this.#thresholds.detectionThreshold).value),
      minConfidence: Number(document.getElementById(this.#thresholds.minConfidence).value),
      detail: chosen('detail'),
      redact: chosen('redact'),
      landmarks: document.getElementById('landmarks').checked,
    };
  }

  /** Chooses the service's redaction, unless a person has chosen already. */
  suggestRedaction(redaction) {
    choices('redact').forEach(choice => { choice.defaultChecked = choice.value === redaction; });
  }

  /** The query for everything that a slider could bring into view. */
  query(detail = this.values.detail) {
    return { detectionThreshold: lowestThreshold, minConfidence: 0.5, maxFaces, detail, landmarks: true };
  }

  /** The query for exactly what is shown. */
  get exactQuery() {
    const { detectionThreshold, minConfidence, detail, landmarks } = this.values;
    return { detectionThreshold, minConfidence, detail, maxFaces, ...(landmarks && { landmarks }) };
  }

  /** Shows the sliders' values, and the command that asks the same about a file. */
  show(file) {
    for (const [name, id] of Object.entries(this.#thresholds)) {
      const words = `${Math.round(this.values[name] * 100)} %`;
      document.getElementById(`${id}-value`).value = words;
      document.getElementById(id).setAttribute('aria-valuetext', words);
    }

    const url = new URL('v1/detections', document.baseURI);
    url.search = new URLSearchParams(this.exactQuery);
    document.getElementById('command').textContent =
      `curl '${url}' \\\n  --data-binary '@${file.replaceAll("'", `'\\''`)}' \\\n  -H 'Content-Type: application/octet-stream'`;
  }
}

function choices(name) {
  return [...document.getElementsByName(name)];
}

function chosen(name) {
  return choices(name).find(choice => choice.checked).value;
}
