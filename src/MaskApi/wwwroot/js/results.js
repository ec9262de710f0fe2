import { createCanvas, drawFace } from './drawing.js';
import { badge, create, createButton, meter } from './elements.js';
import { VerdictFilter } from './filter.js';
import { describe, percent, sentence, styleOf } from './verdicts.js';

/** Side of a face in the list, in pixels of the canvas: twice its CSS pixels. */
const thumbnail = 92;

/** The answer in words and figures, for screen readers and keyboards too. */
export class Results {
  #headline = document.getElementById('headline');
  #faces = document.getElementById('faces');
  #timings = document.getElementById('timings');
  #filter;
  #onPoint;
  #onOpen;

  /**
   * @param onPoint called with the index of the face under the pointer or the focus, or null
   * @param onOpen called with the index of a face that was pressed
   * @param onFilter called with the label to filter by, or null for all
   */
  constructor(onPoint, onOpen, onFilter) {
    this.#onPoint = onPoint;
    this.#onOpen = onOpen;
    this.#filter = new VerdictFilter(document.getElementById('counts'), onFilter);
    this.#faces.addEventListener('pointerleave', () => onPoint(null));
    this.#faces.addEventListener('focusout', () => onPoint(null));
  }

  /** Shows a message and no figures. */
  say(text) {
    this.#headlineIs(text);
    this.#filter.show(null);
    this.#faces.hidden = this.#timings.hidden = true;
  }

  /**
   * Shows an answer.
   * @param detection the answer with the faces to list
   * @param options.only the label to filter by; null for all
   * @param options.source the picture to cut the faces from; null for none
   * @param options.roundTrip milliseconds from request to response; null if meaningless
   * @param options.headline what to say before the counts
   */
  show(detection, { only = null, source = null, roundTrip = null, headline = null } = {}) {
    const words = sentence(detection.summary);
    const visible = words.split(':')[0];
    this.#headlineIs((headline ? `${headline} ` : '') + visible, words.slice(visible.length));
    this.#filter.show(detection.summary, only);
    this.#faces.hidden = detection.faces.length === 0 || !source;
    this.#faces.replaceChildren(...(source ? detection.faces.map((face, index) => this.#entry(face, index, source)) : []));
    const { decodeMs, detectMs, classifyMs, totalMs } = detection.timings;
    this.#timings.hidden = false;
    this.#timings.textContent = `Service ${ms(totalMs)}: decoding ${ms(decodeMs)}, detecting ${ms(detectMs)}, classifying ${ms(classifyMs)}.`
      + (roundTrip === null ? '' : ` Round trip ${ms(roundTrip)}.`);
  }

  /** Marks one face; null for none. */
  mark(index) {
    [...this.#faces.children].forEach((entry, i) => entry.querySelector('button').classList.toggle('marked', i === index));
  }

  /** Screen readers announce the headline when it changes; otherwise a live camera would repeat it with every frame.
   *  The counts are shown below, so they are only spoken. */
  #headlineIs(text, spoken = '') {
    if (this.#headline.textContent !== text + spoken) {
      this.#headline.replaceChildren(text, create('span', 'unseen', spoken));
    }
  }

  #entry(face, index, source) {
    const image = createCanvas(thumbnail, thumbnail);
    image.setAttribute('aria-hidden', true);
    drawFace(image, source, face.relativeBox, 1.3);
    const button = createButton('', image, create('span', 'what', badge(face.label), describe(face.label)),
      create('span', 'sure', percent(face.confidence)), meter(face.confidence));
    button.setAttribute('aria-haspopup', 'dialog');
    button.addEventListener('pointerenter', event => event.pointerType === 'mouse' && this.#onPoint(index));
    button.addEventListener('focus', () => button.matches(':focus-visible') && this.#onPoint(index));
    button.addEventListener('click', () => this.#onOpen(index));
    return create('li', styleOf(face.label), button);
  }
}

function ms(value) {
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
