import { create, icon } from './elements.js';
import { describe, percent, sentence, styleOf, verdicts } from './verdicts.js';

/** The answer in words and figures, for screen readers and keyboards too. */
export class Results {
  #headline = document.getElementById('headline');
  #counts = document.getElementById('counts');
  #faces = document.getElementById('faces');
  #timings = document.getElementById('timings');
  #onPick;

  /**
   * @param onPick called with the index of the face under the pointer, or null, and whether it was pressed
   * @param onFilter called with the label to filter by, or null for all
   */
  constructor(onPick, onFilter) {
    this.#onPick = onPick;
    // Created once, so a pressed button keeps the keyboard focus.
    this.#counts.replaceChildren(...Object.entries(verdicts).map(([label, { words }]) => {
      const button = create('button', '', badge(label), create('b', '', ''), ' ', create('span', '', words));
      button.type = 'button';
      button.dataset.label = label;
      button.addEventListener('click', () => onFilter(button.getAttribute('aria-pressed') === 'true' ? null : label));
      return create('li', '', button);
    }));
    this.#faces.addEventListener('pointerleave', () => onPick(null, false));
  }

  /** Shows a message and no figures. */
  say(text) {
    this.#headlineIs(text);
    for (const part of [this.#counts, this.#faces, this.#timings]) {
      part.hidden = true;
    }
  }

  /**
   * Shows an answer.
   * @param detection the answer with the faces to list
   * @param options.only the label to filter by; null for all
   * @param options.source the picture or video to cut the faces from; null for none
   * @param options.roundTrip milliseconds from request to response; null if meaningless
   * @param options.headline what to say before the counts
   */
  show(detection, { only = null, source = null, roundTrip = null, headline = null } = {}) {
    const words = sentence(detection.summary);
    const visible = words.split(':')[0];
    this.#headlineIs((headline ? `${headline} ` : '') + visible, words.slice(visible.length));
    this.#showCounts(detection.summary, only);
    this.#faces.hidden = detection.faces.length === 0 || !source;
    this.#faces.replaceChildren(...(source ? detection.faces.map((face, index) => this.#entry(face, index, source)) : []));
    const { decodeMs, detectMs, classifyMs, totalMs } = detection.timings;
    this.#timings.hidden = false;
    this.#timings.textContent = `Service ${ms(totalMs)}: decoding ${ms(decodeMs)}, detecting ${ms(detectMs)}, classifying ${ms(classifyMs)}.`
      + (roundTrip === null ? '' : ` Round trip ${ms(roundTrip)}.`);
  }

  /** Marks one face and opens the figures of one. */
  pick(index, opened) {
    [...this.#faces.children].forEach((entry, i) => {
      const button = entry.querySelector('button');
      button.classList.toggle('picked', i === index);
      button.setAttribute('aria-expanded', i === opened);
      entry.querySelector('dl').hidden = i !== opened;
      if (i === opened) {
        entry.scrollIntoView({ block: 'nearest' });
      }
    });
  }

  /** Screen readers announce the headline when it changes; otherwise a live camera would repeat it with every frame.
   *  The counts are shown below, so they are only spoken. */
  #headlineIs(text, spoken = '') {
    if (this.#headline.textContent !== text + spoken) {
      this.#headline.replaceChildren(text, create('span', 'unseen', spoken));
    }
  }

  /** The counts serve as legend and filter. */
  #showCounts(summary, only) {
    this.#counts.hidden = summary.faces === 0;
    for (const button of this.#counts.querySelectorAll('button')) {
      const { label } = button.dataset;
      const count = summary[verdicts[label].counted];
      button.classList.toggle('none', count === 0);
      button.setAttribute('aria-pressed', label === only);
      button.querySelector('b').textContent = count;
    }
  }

  #entry(face, index, source) {
    const button = create('button', '', cut(source, face.relativeBox), create('span', 'what', badge(face.label), describe(face.label)),
      create('span', 'sure', percent(face.confidence)), meter(face.confidence));
    button.type = 'button';
    button.setAttribute('aria-expanded', false);
    button.addEventListener('pointerenter', event => event.pointerType === 'mouse' && this.#onPick(index, false));
    button.addEventListener('focus', () => button.matches(':focus-visible') && this.#onPick(index, false));
    button.addEventListener('click', () => this.#onPick(button.getAttribute('aria-expanded') === 'true' ? null : index, true));
    return create('li', styleOf(face.label), button, figures(face));
  }
}

function ms(value) {
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function badge(label) {
  return create('span', `badge ${styleOf(label)}`, icon(label));
}

function meter(value) {
  const filling = create('i', '');
  filling.style.width = `${value * 100}%`;
  return create('span', 'meter', filling);
}

function figures(face) {
  const rows = {
    ...Object.fromEntries(Object.values(verdicts).filter(({ counted }) => counted in face.probabilities)
      .map(({ words, counted }) => [`Probability: ${words.toLowerCase()}`, `${(face.probabilities[counted] * 100).toFixed(2)} %`])),
    'Detection confidence': percent(face.detectionConfidence),
    'Size': `${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`,
    'Position (left, top)': `${Math.round(face.box.x)}, ${Math.round(face.box.y)} px`,
  };
  const list = create('dl', '');
  list.hidden = true;
  for (const [name, value] of Object.entries(rows)) {
    list.append(create('dt', '', name), create('dd', '', value));
  }

  return list;
}

/** The face with some margin. */
function cut(source, { x, y, width, height }) {
  const canvas = create('canvas', '');
  canvas.width = canvas.height = 92;
  canvas.setAttribute('aria-hidden', true);
  const [w, h] = [source.naturalWidth ?? source.videoWidth, source.naturalHeight ?? source.videoHeight];
  const side = Math.max(width * w, height * h) * 1.3;
  canvas.getContext('2d').drawImage(source, (x + width / 2) * w - side / 2, (y + height / 2) * h - side / 2, side, side, 0, 0, 92, 92);
  return canvas;
}
