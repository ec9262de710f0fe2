import { create, icon } from './elements.js';
import { describe, look, percent, sentence, verdicts } from './verdicts.js';

/** The answer in words and figures: what screen readers read and keyboards reach. */
export class Results {
  #headline = document.getElementById('headline');
  #counts = document.getElementById('counts');
  #faces = document.getElementById('faces');
  #timings = document.getElementById('timings');
  #onPick;

  /**
   * @param onPick called with the index of a face that was pointed at, or null, and whether it was pressed
   * @param onFilter called with the label whose faces alone are asked for, or null for all
   */
  constructor(onPick, onFilter) {
    this.#onPick = onPick;
    // Made once: a button that is pressed keeps the keyboard's focus.
    this.#counts.replaceChildren(...Object.entries(verdicts).map(([label, { words }]) => {
      const button = create('button', '', badge(label), create('b', '', ''), ' ', create('span', '', words));
      button.type = 'button';
      button.dataset.label = label;
      button.addEventListener('click', () => onFilter(button.getAttribute('aria-pressed') === 'true' ? null : label));
      return create('li', '', button);
    }));
    this.#faces.addEventListener('pointerleave', () => onPick(null, false));
  }

  /** Says one thing, and shows no figures. */
  say(text) {
    this.#headlineIs(text);
    for (const part of [this.#counts, this.#faces, this.#timings]) {
      part.hidden = true;
    }
  }

  /**
   * Shows an answer.
   * @param detection the answer; its faces are those to list
   * @param options.only the label whose faces alone are shown; null for all
   * @param options.source the picture or video to cut the faces from; null for none
   * @param options.roundTrip milliseconds from sending to having; null where that says nothing
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
    this.#timings.textContent = `Service ${ms(totalMs)}: reading ${ms(decodeMs)}, finding ${ms(detectMs)}, judging ${ms(classifyMs)}.`
      + (roundTrip === null ? '' : ` There and back ${ms(roundTrip)}.`);
  }

  /** Marks one face, and opens the figures of one. */
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

  /** The headline is read aloud when it changes; a live camera would otherwise repeat itself with every frame.
   *  What the counts below show is only spoken. */
  #headlineIs(text, spoken = '') {
    if (this.#headline.textContent !== text + spoken) {
      this.#headline.replaceChildren(text, create('span', 'unseen', spoken));
    }
  }

  /** The counts are the legend, and filter the faces. */
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
    return create('li', look(face.label), button, figures(face));
  }
}

function ms(value) {
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function badge(label) {
  return create('span', `badge ${look(label)}`, icon(label));
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
    'Sure that it is a face': percent(face.detectionConfidence),
    'Size': `${Math.round(face.box.width)} × ${Math.round(face.box.height)} px`,
    'From the left, from the top': `${Math.round(face.box.x)}, ${Math.round(face.box.y)} px`,
  };
  const list = create('dl', '');
  list.hidden = true;
  for (const [name, value] of Object.entries(rows)) {
    list.append(create('dt', '', name), create('dd', '', value));
  }

  return list;
}

/** The face itself, with a little around it. */
function cut(source, { x, y, width, height }) {
  const canvas = create('canvas', '');
  canvas.width = canvas.height = 92;
  canvas.setAttribute('aria-hidden', true);
  const [w, h] = [source.naturalWidth ?? source.videoWidth, source.naturalHeight ?? source.videoHeight];
  const side = Math.max(width * w, height * h) * 1.3;
  canvas.getContext('2d').drawImage(source, (x + width / 2) * w - side / 2, (y + height / 2) * h - side / 2, side, side, 0, 0, 92, 92);
  return canvas;
}
