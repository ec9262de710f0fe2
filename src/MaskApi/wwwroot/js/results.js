import { create, icon } from './elements.js';
import { describe, labels, look, percent, sentence } from './verdicts.js';

/** The answer in words and figures: what screen readers read and keyboards reach. */
export class Results {
  #headline = document.getElementById('headline');
  #counts = document.getElementById('counts');
  #faces = document.getElementById('faces');
  #timings = document.getElementById('timings');
  #onPick;

  /** @param onPick called with the index of a face that was pointed at, or null, and whether it was pressed */
  constructor(onPick) {
    this.#onPick = onPick;
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
   * @param detection the answer
   * @param options.source the picture or video to cut the faces from; null for none
   * @param options.roundTrip milliseconds from sending to having; null where that says nothing
   * @param options.headline what to say before the counts
   */
  show(detection, { source = null, roundTrip = null, headline = null } = {}) {
    const words = sentence(detection.summary);
    const visible = words.split(':')[0];
    this.#headlineIs((headline ? `${headline} ` : '') + visible, words.slice(visible.length));
    this.#showCounts(detection.summary);
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

  #showCounts(summary) {
    const counts = { with_mask: summary.withMask, without_mask: summary.withoutMask, uncertain: summary.uncertain };
    this.#counts.hidden = summary.faces === 0;
    this.#counts.replaceChildren(...Object.entries(counts).map(([label, count]) => {
      return create('li', count === 0 ? 'none' : '', badge(label), create('b', '', count), create('span', '', labels[label]));
    }));
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
    'Probability of a mask': (face.maskProbability * 100).toFixed(2) + ' %',
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
